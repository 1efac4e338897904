#![doc = include_str!("../README.md")]

pub mod broker;
pub mod find;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod user;

pub use broker::{Broker, BrokerOptions, BrokerTls};
pub use postgres::Postgres;
pub use redis::Redis;

/// A port of 127.0.0.1 that was free a moment ago.
pub fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A random secret of 32 letters and digits.
pub fn random_secret() -> String {
    use rand::{RngExt as _, distr::Alphanumeric};
    rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect()
}
