#![doc = include_str!("../README.md")]

mod broker;
mod error;
pub mod find;
mod folder;
mod leftover;
mod postgres;
pub mod process;
mod redis;
mod run;
mod server;
pub mod user;

pub use broker::{Broker, BrokerOptions, BrokerTls};
pub use error::Error;
pub use folder::{folder_for, remove_folder};
pub use postgres::Postgres;
pub use process::{Launch, Process, StopSignal};
pub use redis::{Redis, RedisTls};
pub use server::Server;

/// A port of 127.0.0.1 that was free a moment ago.
pub fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A random secret of 32 letters and digits.
pub fn random_secret() -> String {
    use rand::{RngExt as _, distr::Alphanumeric};
    rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect()
}
