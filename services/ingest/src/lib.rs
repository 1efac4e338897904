#![doc = include_str!("../README.md")]

mod batcher;
mod broker_figures;
mod budget;
mod config;
mod connection;
mod health;
mod held;
mod lanes;
mod metrics;
mod mqtt;
mod pause;
mod plain;
mod receipts;
mod sender;
mod serve;
mod side;
mod window;

pub use config::{BatchConfig, BudgetConfig, Config, MqttConfig, ReceiptConfig};
pub use serve::serve;
