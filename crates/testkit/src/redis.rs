//! Redis for tests: one server a test process, a database of it a test.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use testcontainers::{ImageExt as _, runners::AsyncRunner as _};
use testcontainers_modules::redis::Redis as RedisImage;
use tokio::sync::OnceCell;
use url::Url;

use crate::{
    Way, docker,
    private::private_redis,
    way::{Held, explain, hold},
};

const VARIABLE: &str = "ARGOSY_TEST_REDIS_URL";
/// The last Redis under a BSD licence.
const IMAGE_TAG: &str = "7.2-alpine";
const DEADLINE: Duration = Duration::from_secs(10);

/// A Redis server that has databases for tests.
#[derive(Debug)]
pub struct RedisServer {
    url: SecretString,
    /// How many databases it has.
    databases: u32,
    given: AtomicU32,
    _held: Held,
}

/// An empty database of the shared Redis. Channels are the whole server's: tests tell theirs apart by name.
#[derive(Debug)]
pub struct TestRedis {
    /// Where it is reached, with the database's number.
    pub url: SecretString,
}

/// An empty database of the shared Redis. Numbers come round again: on a server with the usual 16, to the sixteenth test
/// after this one.
pub async fn redis() -> anyhow::Result<TestRedis> {
    static SERVER: OnceCell<RedisServer> = OnceCell::const_new();
    let server = SERVER
        .get_or_try_init(async || {
            let way = Way::choose(VARIABLE).await;
            explain(RedisServer::start(&way).await, VARIABLE, &way)
        })
        .await?;
    server.database().await
}

impl RedisServer {
    /// A server on this way.
    pub async fn start(way: &Way) -> anyhow::Result<Self> {
        let (url, held) = match way {
            Way::Given(url) => (url.clone(), hold(())),
            Way::Docker => {
                let container = RedisImage::default().with_tag(IMAGE_TAG).start().await?;
                let address =
                    format!("{}:{}", container.get_host().await?, container.get_host_port_ipv4(6379).await?);
                let reaper = docker::remove_with_this_process(container.id());
                (format!("redis://{address}").into(), hold((container, reaper)))
            }
            Way::Native => {
                let redis = private_redis().await?;
                (redis.url(), hold(redis))
            }
        };
        let (_, databases): (String, u32) =
            ask(&url, redis::cmd("CONFIG").arg("GET").arg("databases")).await?;
        Ok(Self { url, databases: databases.max(1), given: AtomicU32::new(0), _held: held })
    }

    /// Where the server is reached.
    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// The next database, emptied.
    pub async fn database(&self) -> anyhow::Result<TestRedis> {
        // Database 0 is left alone where there are others: on a server that was given it may be somebody's.
        let others = (self.databases - 1).max(1);
        let number = (self.given.fetch_add(1, Ordering::Relaxed) % others + 1).min(self.databases - 1);
        let mut url = Url::parse(self.url.expose_secret()).context("the address of Redis is no URL")?;
        url.set_path(&number.to_string());
        let url = String::from(url).into();
        let _: () = ask(&url, &redis::cmd("FLUSHDB")).await?;
        Ok(TestRedis { url })
    }
}

/// Sends one command on a connection of its own.
async fn ask<T: redis::FromRedisValue>(url: &SecretString, command: &redis::Cmd) -> anyhow::Result<T> {
    let asking = async {
        let client = redis::Client::open(url.expose_secret())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        command.query_async(&mut connection).await
    };
    Ok(tokio::time::timeout(DEADLINE, asking).await.context("Redis does not answer")??)
}
