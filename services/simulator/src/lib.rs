#![doc = include_str!("../README.md")]

mod device;
mod disorder;
mod enrol;
mod ledger;
mod metrics;
mod options;
mod patience;
mod profile;
mod report;
mod run;
mod verify;

pub use disorder::Disorder;
pub use ledger::{Ledger, LedgerStream, Ranges, Stream};
pub use options::{ApiOptions, Profile, RunOptions, VerifyOptions};
pub use report::{ReceiptReport, Report};
pub use run::run;
pub use verify::{Verdict, verify};
