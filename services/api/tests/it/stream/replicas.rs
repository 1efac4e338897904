//! Several replicas on one database and one Redis.

use argosy_testkit::TestRedis;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{Tail, point, with_devices_on};
use crate::{
    ingest::ingest,
    support::{Api, Client},
};

/// Two replicas, a client of each, and their Redis.
async fn two_replicas() -> (Api, Client, Api, Client, TestRedis) {
    let redis = argosy_testkit::redis().await.unwrap();
    let api = Api::start_with(Api::with_redis(redis.url.clone())).await;
    let (api, client) = with_devices_on(api).await;
    let replica = api.replica_with(Api::with_redis(redis.url.clone())).await;
    let there = client.at(&replica.url);
    (api, client, replica, there, redis)
}

fn values(events: &[(Value, Option<String>)]) -> Vec<i64> {
    events.iter().filter_map(|(event, _)| event["values"]["v"].as_i64()).collect()
}

#[tokio::test]
async fn every_replica_sees_every_batch() {
    let (_api, here, _replica, there, _redis) = two_replicas().await;
    let mut tails = [Tail::open(&here, "/stream", None).await, Tail::open(&there, "/stream", None).await];
    ingest(&here, &(point("a", 1) + &point("a", 2))).await;
    ingest(&there, &point("a", 5)).await;
    let mut seen = Vec::new();
    for tail in &mut tails {
        let events = tail.until(|event| event["event"] == "gap").await;
        assert_eq!(values(&events), [1, 2, 5], "{events:?}");
        assert_eq!(events.iter().filter(|(event, _)| event["event"] == "presence").count(), 1);
        seen.push(events);
    }
    assert_eq!(seen[0], seen[1], "the same, in the same order, by the same ids");
}

#[tokio::test]
async fn a_reader_goes_on_at_another_replica() {
    let (_api, here, _replica, there, _redis) = two_replicas().await;
    let mut tail = Tail::open(&here, "/stream?kind=reading", None).await;
    ingest(&here, &(point("a", 1) + &point("a", 2) + &point("a", 3))).await;
    let (first, id) = tail.event().await;
    assert_eq!(first["values"], json!({"v": 1}));
    drop(tail);
    for seq in 4..200 {
        ingest(&here, &point("a", seq)).await;
    }
    // From the midst of a batch, through more than is read at once, into what happens now.
    let mut tail = Tail::open(&there, "/stream", id.as_deref()).await;
    let events = tail.until(|event| event["values"]["v"] == 199).await;
    assert_eq!(values(&events), (2..200).collect::<Vec<_>>());
    assert!(events.iter().all(|(event, _)| event["event"] != "missed"), "{events:?}");
    ingest(&here, &point("a", 200)).await;
    let (next, id) = tail.event().await;
    assert_eq!(next["values"], json!({"v": 200}));
    drop(tail);
    // From the very end.
    let mut tail = Tail::open(&here, "/stream", id.as_deref()).await;
    ingest(&there, &point("a", 201)).await;
    assert_eq!(tail.event().await.0["values"], json!({"v": 201}));
}

#[tokio::test]
async fn who_comes_back_too_late_is_told_how_much_is_gone() {
    let (api, here, _replica, there, redis) = two_replicas().await;
    let mut tail = Tail::open(&here, "/stream?kind=reading", None).await;
    ingest(&here, &point("a", 1)).await;
    let (_, id) = tail.event().await;
    drop(tail);
    for seq in 2..10 {
        ingest(&here, &point("a", seq)).await;
    }
    let fleet: i64 = sqlx::query_scalar("select id from fleets").fetch_one(&api.pool).await.unwrap();
    let key = format!("argosy:live:{{{fleet}}}");
    let client = redis::Client::open(redis.url.expose_secret()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let trim = redis::cmd("XTRIM").arg(&key).arg("MAXLEN").arg(2).query_async::<i64>(&mut connection).await;
    assert!(trim.unwrap() > 0);
    let mut tail = Tail::open(&there, "/stream", id.as_deref()).await;
    // One presence event, and seven readings but the last two.
    let events = tail.until(|event| event["values"]["v"] == 9).await;
    assert_eq!(events[0].0, json!({"event": "missed", "count": 7}));
    assert_eq!(values(&events), [8, 9]);
    drop(tail);
    redis::cmd("DEL").arg(&key).query_async::<()>(&mut connection).await.unwrap();
    let mut tail = Tail::open(&there, "/stream", Some("1763672400000-3")).await;
    assert_eq!(tail.event().await.0, json!({"event": "missed", "count": 0}));
    // A stream that was lost begins anew, and those who watch are told.
    ingest(&here, &point("a", 10)).await;
    assert_eq!(values(&tail.until(|event| event["values"]["v"] == 10).await), [10]);
}
