#![doc = include_str!("../README.md")]

mod broker;
mod poller;

pub use broker::BrokerAddress;
pub use poller::Poller;
