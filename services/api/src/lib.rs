#![doc = include_str!("../README.md")]

mod audit;
mod auth;
mod authorities;
mod bootstrap;
mod config;
mod cursor;
mod db;
mod deadline;
mod extract;
mod format;
mod handlers;
pub mod ingest;
mod limits;
mod live;
mod maintenance;
mod metrics;
mod openapi;
mod passwords;
mod pki;
mod problem;
mod range;
pub mod readings;
mod redis;
mod router;
mod schema;
mod seal;
mod serve;
mod state;

pub use bootstrap::{BootstrapOptions, ServiceToken, bootstrap};
pub use config::{Config, DatabaseConfig, LimitConfig, LiveConfig, RedisConfig, SealConfig};
pub use schema::{SchemaOptions, await_schema, migrate, migrate_patiently};
pub use serve::serve;
