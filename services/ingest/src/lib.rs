#![doc = include_str!("../README.md")]

mod batcher;
mod config;
mod connection;
mod metrics;
mod probe;
mod sender;
mod serve;
mod window;

pub use config::{BatchConfig, Config, MqttConfig};
pub use serve::serve;
