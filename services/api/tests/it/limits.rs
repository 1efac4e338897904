//! Rate limits: by bearer, over all replicas, with and without Redis.

use std::time::Duration;

use argosy_api::Config;
use argosy_testkit::eventually;
use secrecy::SecretString;

use crate::support::{ALL, Api, DEADLINE};

fn limited(redis_url: Option<SecretString>) -> impl FnOnce(&mut Config) {
    move |config| {
        config.limits.requests_per_minute = 6;
        config.redis.redis_url = redis_url;
    }
}

#[tokio::test]
async fn a_bearer_is_told_what_is_left() {
    let api = Api::start_with(limited(None)).await;
    let (one, other) = (api.client(&ALL).await, api.client(&ALL).await);
    for left in ["5", "4", "3", "2", "1", "0"] {
        let answer = one.get("/devices").await;
        assert_eq!((answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")), ("6", left));
        answer.expect(200);
    }
    let answer = one.get("/devices").await;
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(answer.header("ratelimit-remaining"), "0");
    assert_eq!(answer.header("ratelimit-reset"), "60");
    assert!(answer.problem(429).starts_with("Too many requests"));
    other.get("/devices").await.expect(200);
    // Batches are limited apart, if at all.
    let batch = one
        .post_as("/ingest", "application/x-ndjson", "{\"topic\":\"v1/demo/x/telemetry\",\"payload\":{}}\n")
        .await;
    assert_eq!(batch.status, 200, "{}", batch.text());
}

#[tokio::test]
async fn replicas_count_together() {
    let redis = argosy_testkit::redis().await.unwrap();
    let api = Api::start_with(limited(Some(redis.url.clone()))).await;
    let replica = api.replica_with(limited(Some(redis.url.clone()))).await;
    // A machine that is busy may be late for Redis at first, and then each replica counts for itself.
    eventually(DEADLINE, async || {
        let here = api.client(&ALL).await;
        let there = here.at(&replica.url);
        for (client, left) in
            [(&here, "5"), (&there, "4"), (&here, "3"), (&there, "2"), (&here, "1"), (&there, "0")]
        {
            let answer = client.get("/devices").await;
            anyhow::ensure!(
                answer.header("ratelimit-remaining") == left,
                "{} instead of {left}",
                answer.header("ratelimit-remaining")
            );
        }
        anyhow::ensure!(
            (here.get("/devices").await.status, there.get("/devices").await.status) == (429, 429)
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn requests_are_answered_without_redis_and_counted_again_with_it() {
    let mut redis = argosy_testkit::private_redis().await.unwrap();
    let url = redis.url();
    let generous = |url: SecretString| {
        move |config: &mut Config| {
            config.limits.requests_per_minute = 1_000;
            config.redis.redis_url = Some(url);
        }
    };
    let api = Api::start_with(generous(url.clone())).await;
    let client = api.client(&ALL).await;
    let replica = api.replica_with(generous(url)).await;
    let remaining = async |url: &str| -> u32 {
        let answer = client.at(url).get("/devices").await;
        assert_eq!(answer.status, 200);
        answer.header("ratelimit-remaining").parse().unwrap()
    };
    let count_together = async || {
        let (here, there) = (remaining(&api.url).await, remaining(&replica.url).await);
        anyhow::ensure!(there < here, "{here} here, {there} there");
        Ok(())
    };
    eventually(DEADLINE, count_together).await;
    redis.stop().await.unwrap();
    for _ in 0..5 {
        remaining(&api.url).await;
    }
    let ready = reqwest::get(format!("{}/readyz", api.admin_url)).await.unwrap();
    assert_eq!(ready.status(), 200, "Redis is not needed");
    redis.start().await.unwrap();
    eventually(DEADLINE, count_together).await;
}

#[tokio::test]
async fn a_redis_that_hangs_holds_nobody_up() {
    let mut redis = argosy_testkit::private_redis().await.unwrap();
    let url = redis.url();
    let api = Api::start_with(|config| {
        config.limits.requests_per_minute = 1_000;
        config.redis.redis_url = Some(url);
    })
    .await;
    let client = api.client(&ALL).await;
    client.get("/devices").await.expect(200);
    redis.pause().unwrap();
    let started = std::time::Instant::now();
    for _ in 0..50 {
        client.get("/devices").await.expect(200);
    }
    let took = started.elapsed();
    redis.resume().unwrap();
    // Each would wait for 200 ms; one a second does.
    assert!(took < Duration::from_secs(5), "{took:?}");
}
