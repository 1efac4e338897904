#![doc = include_str!("../README.md")]

mod auth;
mod config;
mod db;
mod extract;
mod handlers;
mod ingest;
mod live;
mod metrics;
mod problem;
mod router;
mod serve;
mod state;

pub use config::{Config, DatabaseConfig, RedisConfig, SealConfig};
pub use serve::{migrate, serve};
