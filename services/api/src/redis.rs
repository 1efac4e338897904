//! Redis, which is never the truth: who asks gets `None` when it does not answer, and knows what to do without it.
//!
//! A Redis that is away costs nothing: after a failure nobody asks for a second, then one request tries again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use argosy_runtime::config::ConfigError;
use redis::{
    Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::metrics;

/// How long an answer may take: longer than any of ours needs, shorter than a person notices.
const TIMEOUT: Duration = Duration::from_millis(200);
/// How long nobody asks after a failure, in milliseconds.
const PAUSE_MILLIS: u64 = 1_000;

/// A connection to Redis, or none. Cheap to clone; clones share the connection.
#[derive(Clone)]
pub(crate) struct Redis(Option<Arc<Inner>>);

struct Inner {
    connection: ConnectionManager,
    timeout: Duration,
    started: Instant,
    /// Milliseconds since `started` before which nobody asks; 0 while Redis answers.
    silent_until: AtomicU64,
}

impl Redis {
    /// Without a Redis: every question is answered by `None`.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Connects with the first question, and again whenever the connection was lost.
    pub(crate) fn connect(url: Option<&SecretString>) -> Result<Self, ConfigError> {
        url.map_or(Ok(Self::none()), |url| Self::connect_patiently(url, TIMEOUT))
    }

    /// The same for questions that nobody waits for.
    pub(crate) fn connect_patiently(url: &SecretString, timeout: Duration) -> Result<Self, ConfigError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout))
            .set_number_of_retries(1);
        let connection = Client::open(url.expose_secret())
            .and_then(|client| ConnectionManager::new_lazy_with_config(client, config))
            .map_err(|error| ConfigError::Invalid { name: "ARGOSY_REDIS_URL", problem: error.to_string() })?;
        let inner = Inner { connection, timeout, started: Instant::now(), silent_until: AtomicU64::new(0) };
        Ok(Self(Some(Arc::new(inner))))
    }

    /// The answer to a question; `None` where there is no Redis, or none that answers in time.
    pub(crate) async fn ask<T, F>(&self, question: impl FnOnce(ConnectionManager) -> F) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let inner = self.0.as_ref()?;
        if !inner.may_ask() {
            return None;
        }
        match tokio::time::timeout(inner.timeout, question(inner.connection.clone())).await {
            Ok(Ok(answer)) => {
                inner.answered();
                Some(answer)
            }
            Ok(Err(error)) => inner.failed(&error.to_string()),
            Err(_) => inner.failed("no answer in time"),
        }
    }
}

impl Inner {
    /// Whether to ask; once the pause is over one is let through, and the others wait for how that ends.
    fn may_ask(&self) -> bool {
        let (until, now) = (self.silent_until.load(Ordering::Relaxed), self.now());
        until == 0
            || (now >= until
                && self
                    .silent_until
                    .compare_exchange(until, now + PAUSE_MILLIS, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok())
    }

    fn answered(&self) {
        if self.silent_until.swap(0, Ordering::Relaxed) != 0 {
            metrics::set_redis_up(true);
            tracing::info!("Redis answers again.");
        }
    }

    fn failed<T>(&self, reason: &str) -> Option<T> {
        if self.silent_until.swap(self.now() + PAUSE_MILLIS, Ordering::Relaxed) == 0 {
            metrics::set_redis_up(false);
            tracing::warn!(reason, "Redis does not answer; requests go on without it.");
        }
        None
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_redis_that_is_away_costs_nothing() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let redis = Redis::connect(Some(&format!("redis://127.0.0.1:{port}").into())).unwrap();
        let ask =
            || redis.ask(async |mut connection| redis::cmd("PING").query_async::<()>(&mut connection).await);
        assert_eq!(ask().await, None);
        let started = Instant::now();
        for _ in 0..1_000 {
            assert_eq!(ask().await, None);
        }
        assert!(started.elapsed() < Duration::from_millis(PAUSE_MILLIS / 2), "{:?}", started.elapsed());
        assert!(Redis::connect(Some(&"not an address".into())).is_err());
        assert_eq!(Redis::none().ask(async |_| Ok(())).await, None);
    }
}
