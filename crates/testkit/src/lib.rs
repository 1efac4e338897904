#![doc = include_str!("../README.md")]

mod broker;
mod docker;
mod eventually;
mod logs;
mod pki;
mod postgres;
mod private;
mod redis;
mod way;

pub use broker::{BrokerServer, PrivateBroker, broker, private_broker};
pub use docker::answers as docker_answers;
pub use eventually::eventually;
pub use logs::Logs;
pub use pki::{Ca, Issued, IssuedFiles};
pub use postgres::{PostgresServer, TestDatabase, database, empty_database};
pub use private::{private_postgres, private_postgres_with_tls, private_redis, private_redis_with_tls};
pub use redis::{RedisServer, TestRedis, redis};
pub use way::Way;
