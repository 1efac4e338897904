//! Rate limits, by the generic cell rate algorithm (GCRA): a bearer may send a minute's worth at once, and then one more each
//! time the interval between two passes.
//!
//! Redis counts for all replicas together; while it is away each replica counts for itself.

mod middleware;

use std::{num::NonZeroU32, sync::LazyLock, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use redis::Script;
use tokio_util::sync::CancellationToken;

use crate::{config::LimitConfig, redis::Redis};

pub(crate) use middleware::{limit_batches, limit_requests};

/// Tries to sign in as one user from one address, in a minute.
const SIGN_INS: u32 = 10;
/// Tries to sign in as one user from anywhere, in a minute: guessing from many addresses stays slow.
const SIGN_INS_ANYWHERE: u32 = 60;
/// How often keys are forgotten that have not been seen for long.
const FORGET_INTERVAL: Duration = Duration::from_mins(1);

/// GCRA in one atomic step, by the clock of Redis, in microseconds. Answers with: whether it may pass, how many more may, when it
/// may pass again, when everything is forgotten.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
        local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
        local wait = arrival + interval - interval * burst - now
        if wait > 0 then return {0, 0, wait, arrival - now} end
        arrival = arrival + interval
        redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000))
        return {1, math.floor((now + interval * burst - arrival) / interval), 0, arrival - now}",
    )
});

/// What a limit says about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    /// How many pass in a minute.
    pub(crate) limit: u32,
    /// How many more may pass now.
    pub(crate) remaining: u32,
    /// Until when all of the limit is there again.
    pub(crate) reset: Duration,
    /// Where it may not pass: when it may.
    pub(crate) retry_after: Option<Duration>,
}

/// A limit.
pub(crate) struct Limit {
    /// Names it in Redis.
    name: &'static str,
    per_minute: NonZeroU32,
    local: RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>,
}

impl Limit {
    fn new(name: &'static str, per_minute: NonZeroU32) -> Self {
        let local = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        Self { name, per_minute, local }
    }

    /// Time between two when the burst is used up.
    fn interval(&self) -> Duration {
        Duration::from_mins(1) / self.per_minute.get()
    }

    fn take_locally(&self, key: &str) -> Decision {
        let limit = self.per_minute.get();
        match self.local.check_key(&key.to_owned()) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let reset = self.interval() * (limit - remaining.min(limit));
                Decision { limit, remaining, reset, retry_after: None }
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                Decision { limit, remaining: 0, reset: Duration::from_mins(1), retry_after: Some(wait) }
            }
        }
    }
}

/// All limits of the service.
pub(crate) struct Limits {
    redis: Redis,
    /// Requests of a bearer; no limit where it is `None`.
    pub(crate) requests: Option<Limit>,
    /// Batches of a bearer; no limit where it is `None`.
    pub(crate) batches: Option<Limit>,
    /// Tries to sign in, by address and email.
    pub(crate) sign_ins: Limit,
    /// Tries to sign in, by email.
    pub(crate) sign_ins_anywhere: Limit,
}

impl Limits {
    /// The limits of a configuration.
    pub(crate) fn new(redis: Redis, config: &LimitConfig) -> Self {
        let limit =
            |name, per_minute| NonZeroU32::new(per_minute).map(|per_minute| Limit::new(name, per_minute));
        let fixed = |name, per_minute| limit(name, per_minute).expect("the constant is not zero");
        Self {
            redis,
            requests: limit("requests", config.requests_per_minute),
            batches: limit("batches", config.batches_per_minute),
            sign_ins: fixed("sign-ins", SIGN_INS),
            sign_ins_anywhere: fixed("sign-ins-anywhere", SIGN_INS_ANYWHERE),
        }
    }

    /// Takes one of what `key` has left.
    pub(crate) async fn take(&self, limit: &Limit, key: &str) -> Decision {
        let (interval, burst) = (limit.interval().as_micros(), limit.per_minute.get());
        let name = format!("argosy:limit:{}:{key}", limit.name);
        let answer = self
            .redis
            .ask(async move |mut connection| {
                let interval = u64::try_from(interval).unwrap_or(u64::MAX);
                let mut take = TAKE.key(name);
                take.arg(interval).arg(burst).invoke_async::<(u8, u32, u64, u64)>(&mut connection).await
            })
            .await;
        let Some((passes, remaining, wait, reset)) = answer else { return limit.take_locally(key) };
        Decision {
            limit: burst,
            remaining,
            reset: Duration::from_micros(reset),
            retry_after: (passes == 0).then(|| Duration::from_micros(wait)),
        }
    }

    /// Forgets keys now and then, until `shutdown`.
    pub(crate) async fn forget_until(&self, shutdown: CancellationToken) {
        while tokio::time::timeout(FORGET_INTERVAL, shutdown.cancelled()).await.is_err() {
            for limit in [&self.sign_ins, &self.sign_ins_anywhere]
                .into_iter()
                .chain(&self.requests)
                .chain(&self.batches)
            {
                limit.local.retain_recent();
                limit.local.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_key_has_a_minutes_worth() {
        let limits =
            Limits::new(Redis::none(), &LimitConfig { requests_per_minute: 3, batches_per_minute: 0 });
        assert!(limits.batches.is_none());
        let requests = limits.requests.as_ref().unwrap();
        for remaining in [2, 1, 0] {
            let decision = limits.take(requests, "one").await;
            assert_eq!((decision.limit, decision.remaining, decision.retry_after), (3, remaining, None));
        }
        let refused = limits.take(requests, "one").await.retry_after.unwrap();
        assert!(refused > Duration::from_secs(15) && refused <= Duration::from_secs(20), "{refused:?}");
        assert_eq!(limits.take(requests, "other").await.remaining, 2);
    }
}
