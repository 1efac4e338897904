//! Redis is stopped, and comes back.

use std::time::{Duration, Instant};

use argosy_testkit::eventually;
use serde_json::{Value, json};

use super::{Tail, point, with_devices_on};
use crate::{
    ingest::ingest,
    support::{Api, Client, DEADLINE},
};

fn is_reading(seq: i64) -> impl FnMut(&Value) -> bool {
    move |event| event["values"]["v"] == seq
}

/// Signs in, uses the session, and signs out: what needs rate limits and bearers.
async fn sign_in(client: &Client) {
    let anonymous = client.with_bearer("");
    let body = json!({"email": "ada@example.com", "password": "correct horse battery"});
    let session = anonymous.post("/sessions", body).await.expect(201);
    let session = client.with_bearer(session["secret"].as_str().unwrap());
    assert_eq!(session.get("/me").await.expect(200)["name"], "ada@example.com");
    session.delete("/sessions/current").await.expect(204);
    client.with_bearer("argosy_unknown").get("/me").await.problem(401);
}

#[tokio::test]
async fn the_stream_goes_on_without_redis_and_is_whole_again_with_it() {
    let mut redis = argosy_testkit::private_redis().await.unwrap();
    let url = redis.url();
    let limited = |url| {
        move |config: &mut argosy_api::Config| {
            config.limits.requests_per_minute = 10_000;
            config.redis.redis_url = Some(url);
        }
    };
    let (api, here) = with_devices_on(Api::start_with(limited(url.clone())).await).await;
    let replica = api.replica_with(limited(url)).await;
    let there = here.at(&replica.url);
    let user = json!({"email": "ada@example.com", "password": "correct horse battery", "role": "admin"});
    here.post("/users", user).await.expect(201);
    let mut tail_here = Tail::open(&here, "/stream?kind=reading", None).await;
    let mut tail_there = Tail::open(&there, "/stream?kind=reading", None).await;
    ingest(&here, &point("a", 1)).await;
    tail_here.until(is_reading(1)).await;
    tail_there.until(is_reading(1)).await;

    redis.stop().await.unwrap();
    let started = Instant::now();
    ingest(&here, &point("a", 2)).await;
    ingest(&here, &point("a", 3)).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let events = tail_here.until(is_reading(3)).await;
    assert!(events.iter().any(|(event, _)| event["values"] == json!({"v": 2})), "{events:?}");
    assert_eq!(events[0].0["event"], "missed", "what others store is not seen: {events:?}");
    let told = tail_there.event().await.0;
    assert_eq!(told, json!({"event": "missed", "count": 0}), "the other replica's readers know");
    sign_in(&here).await;
    sign_in(&there).await;
    let mut late = Tail::open(&here, "/stream?kind=reading", None).await;
    assert_eq!(late.event().await.0["event"], "missed", "who comes now knows too");
    let mut resumed = Tail::open(&there, "/stream", Some("1763672400000-1")).await;
    assert_eq!(resumed.event().await.0["event"], "missed");

    redis.start().await.unwrap();
    // Both replicas have found Redis again once both readers have seen an event of one id.
    let mut seq = 3;
    let shared = eventually(DEADLINE, async || {
        seq += 1;
        ingest(&here, &point("a", seq)).await;
        let id = tail_here.until(is_reading(seq)).await.pop().unwrap().1.unwrap();
        anyhow::ensure!(id.parse::<String>().unwrap().len() < 20, "{id} is this replica's own");
        Ok(id)
    });
    let shared = shared.await;
    let events = tail_there.until(is_reading(seq)).await;
    assert_eq!(events.last().unwrap().1.as_ref(), Some(&shared));
    assert!(events.iter().any(|(event, _)| event["event"] == "missed"), "those in between: {events:?}");
    ingest(&there, &point("a", seq + 1)).await;
    tail_here.until(is_reading(seq + 1)).await;
    late.until(is_reading(seq + 1)).await;
    sign_in(&here).await;
}

#[tokio::test]
async fn a_batch_does_not_wait_for_redis() {
    let mut redis = argosy_testkit::private_redis().await.unwrap();
    let url = redis.url();
    let (_api, client) = with_devices_on(Api::start_with(Api::with_redis(url)).await).await;
    let mut tail = Tail::open(&client, "/stream?kind=reading", None).await;
    ingest(&client, &point("a", 1)).await;
    tail.until(is_reading(1)).await;
    redis.pause().unwrap();
    let started = Instant::now();
    for seq in 2..=20 {
        ingest(&client, &point("a", seq)).await;
    }
    let took = started.elapsed();
    // It takes as long as the queue's end waits for Redis, once.
    let events = tail.until(is_reading(20)).await;
    redis.resume().unwrap();
    assert!(took < Duration::from_secs(4), "{took:?}");
    let seen = events.iter().filter_map(|(event, _)| event["values"]["v"].as_i64());
    assert_eq!(seen.collect::<Vec<_>>(), (2..=20).collect::<Vec<_>>());
    assert_eq!(events.iter().filter(|(event, _)| event["event"] == "missed").count(), 1, "{events:?}");
}
