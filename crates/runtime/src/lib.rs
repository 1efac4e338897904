#![doc = include_str!("../README.md")]

pub mod admin;
pub mod admin_client;
pub mod config;
pub mod crypto;
pub mod health;
pub mod http;
pub mod lifecycle;
pub mod metrics;
pub mod problem;
pub mod server;
pub mod telemetry;
pub mod tls;

pub use lifecycle::{command, main};
