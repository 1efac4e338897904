#![doc = include_str!("../README.md")]

pub mod api;
pub mod batch;
pub mod dead_letter;
pub mod name;
pub mod receipt;
pub mod status;
pub mod telemetry;
pub mod topic;

pub use dead_letter::DeadLetterReason;
pub use name::{DeviceName, FleetName};
