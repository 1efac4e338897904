#![doc = include_str!("../README.md")]

mod broker;
mod link;
mod poller;

pub use broker::BrokerAddress;
pub use link::{Dial, Link, LinkError};
pub use poller::Poller;
