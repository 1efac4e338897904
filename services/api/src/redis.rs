//! Redis, which is never the truth: who asks gets `None` when it does not answer, and knows what to do without it.
//!
//! A Redis that is away costs nothing: after a failure nobody asks for a second, then one request tries again.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use argosy_runtime::config::ConfigError;
use redis::{
    Client, RedisResult, TlsCertificates,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::ExposeSecret as _;

use crate::{config::RedisConfig, metrics};

/// How long an answer may take: longer than any of ours needs, shorter than a person notices.
const TIMEOUT: Duration = Duration::from_millis(200);
/// How long nobody asks after a failure, in milliseconds.
const PAUSE_MILLIS: u64 = 1_000;
/// So many reasons are told of one outage.
const REASONS: usize = 8;

/// Who connects to the Redis of this configuration, where there is one: by TLS where its address says `rediss`.
pub(crate) fn client(config: &RedisConfig) -> anyhow::Result<Option<Client>> {
    let Some(url) = config.url()? else { return Ok(None) };
    let url = url.expose_secret();
    let client = match &config.redis_ca {
        Some(file) if url.starts_with("rediss:") => {
            let invalid = |problem: String| ConfigError::Invalid { name: "ARGOSY_REDIS_CA", problem };
            // Asked before it is needed: a connection would say of a file without certificates that nobody is trusted.
            argosy_runtime::tls::roots(Some(file)).map_err(|error| invalid(format!("{error:#}")))?;
            let root_cert = std::fs::read(file).map_err(|error| invalid(error.to_string()))?;
            Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert: Some(root_cert) })
        }
        _ => Client::open(url),
    };
    let invalid = |error: redis::RedisError| ConfigError::Invalid {
        name: "ARGOSY_REDIS_URL",
        problem: error.to_string(),
    };
    Ok(Some(client.map_err(invalid)?))
}

/// A connection to Redis, or none. Cheap to clone; clones share the connection.
#[derive(Clone)]
pub(crate) struct Redis(Option<Arc<Inner>>);

struct Inner {
    connection: ConnectionManager,
    timeout: Duration,
    started: Instant,
    /// Milliseconds since `started` before which nobody asks; 0 while Redis answers.
    silent_until: AtomicU64,
    /// Why it has not answered since it last did.
    reasons: Mutex<Vec<String>>,
}

impl Redis {
    /// Without a Redis: every question is answered by `None`.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Connects with the first question, and again whenever the connection was lost.
    pub(crate) fn connect(client: Option<Client>) -> RedisResult<Self> {
        client.map_or(Ok(Self::none()), |client| Self::connect_patiently(client, TIMEOUT))
    }

    /// The same for questions that nobody waits for.
    pub(crate) fn connect_patiently(client: Client, timeout: Duration) -> RedisResult<Self> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(client, config)?;
        let inner = Inner {
            connection,
            timeout,
            started: Instant::now(),
            silent_until: AtomicU64::new(0),
            reasons: Mutex::default(),
        };
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
        let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        if self.silent_until.swap(self.now() + PAUSE_MILLIS, Ordering::Relaxed) == 0 {
            metrics::set_redis_up(false);
            reasons.clear();
        }
        // Each once: the first may be that it is slow, and a later one that nobody trusts its certificate.
        if reasons.len() < REASONS && !reasons.iter().any(|known| known == reason) {
            reasons.push(reason.to_owned());
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
        let client = Client::open(format!("redis://127.0.0.1:{port}")).unwrap();
        let redis = Redis::connect(Some(client)).unwrap();
        let ask =
            || redis.ask(async |mut connection| redis::cmd("PING").query_async::<()>(&mut connection).await);
        assert_eq!(ask().await, None);
        let started = Instant::now();
        for _ in 0..1_000 {
            assert_eq!(ask().await, None);
        }
        assert!(started.elapsed() < Duration::from_millis(PAUSE_MILLIS / 2), "{:?}", started.elapsed());
        assert_eq!(Redis::none().ask(async |_| Ok(())).await, None);
    }

    #[test]
    fn what_is_wrong_is_said_by_its_variable() {
        let config = |url: &str, ca: Option<&str>| RedisConfig {
            redis_url: Some(url.into()),
            redis_url_file: None,
            redis_ca: ca.map(Into::into),
        };
        let error = |url, ca| format!("{:#}", client(&config(url, ca)).unwrap_err());
        assert!(error("not an address", None).contains("ARGOSY_REDIS_URL"));
        let error = error("rediss://localhost", Some("/nowhere/ca.pem"));
        assert!(error.contains("ARGOSY_REDIS_CA") && error.contains("/nowhere/ca.pem"), "{error}");
        assert!(client(&config("rediss://localhost", None)).unwrap().is_some());
    }
}
