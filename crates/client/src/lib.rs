#![doc = include_str!("../README.md")]

mod client;
mod error;
mod request;
mod resources;
mod stream;

pub use client::{Builder, Client};
pub use error::Error;
pub use resources::{
    credentials::RevocationLists,
    dead_letters::ListDeadLetters,
    devices::ListDevices,
    readings::{ReadReadings, Span},
};
pub use stream::{EventStream, Incoming, WatchStream};
