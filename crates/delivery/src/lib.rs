#![doc = include_str!("../README.md")]

mod access;
mod audit;
mod code_host;
mod config;
mod delivery;
mod diff;
mod error;
mod git;
mod history;
mod holds;
mod http;
mod image_set;
mod migrations;
mod name;
mod overlay;
mod process;
mod promote;
mod registry;
mod render;
mod rollback;
mod swap;
mod trailers;
mod verify;
mod wanted;
mod whereabouts;
mod written;

pub use access::Access;
pub use audit::{Audit, AuditRequest, Measures, Running};
pub use code_host::{Drawn, PullRequest};
pub use config::{
    Allowed, Config, Difference, Environment, FILE as CONFIG_FILE, Freeze, Gate, HostConfig, HostKind,
    Service,
};
pub use delivery::Delivery;
pub use diff::{Diff, DiffRequest, Finding};
pub use error::{Error, PeerError};
pub use git::Repository;
pub use history::{Change, Kind};
pub use holds::Hold;
pub use image_set::ImageSet;
pub use name::{CommitId, Digest, EnvironmentName, ServiceName};
pub use overlay::Image;
pub use promote::{Between, Migration, Passage, PassingCommit, PromoteRequest, Promotion};
pub use rollback::{Release, Rollback};
pub use verify::{Judged, Outcome, Verification, VerifiedService, VerifyRequest};
pub use wanted::Wanted;
pub use whereabouts::{Stay, Whereabouts};
pub use written::{Written, WrittenChange, WrittenLine};
