#![doc = include_str!("../README.md")]

mod device;
mod disorder;
mod enrol;
mod ledger;
mod options;
mod profile;
mod report;
mod run;
mod verify;

pub use disorder::Disorder;
pub use ledger::{Ledger, Ranges};
pub use options::{ApiOptions, Profile, RunOptions, VerifyOptions};
pub use report::Report;
pub use run::run;
pub use verify::{Verdict, verify};
