#![doc = include_str!("../README.md")]

mod batcher;
mod config;
mod connection;
mod health;
mod held;
mod metrics;
mod mqtt;
mod pause;
mod plain;
mod sender;
mod serve;
mod window;

pub use config::{BatchConfig, Config, MqttConfig};
pub use serve::serve;
