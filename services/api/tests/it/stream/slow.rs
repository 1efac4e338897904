//! A reader that does not keep up.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Tail, with_devices_on};
use crate::{
    ingest::{ingest, line_of},
    support::Api,
};

/// A message of 55 kilobytes.
fn large(seq: u64) -> String {
    let values: serde_json::Map<_, _> =
        (0..55).map(|key| (format!("text-{key}"), "x".repeat(1_000).into())).collect();
    let points = json!([{"ts": chrono::Utc::now().timestamp_millis(), "values": values}]);
    line_of("v1/demo/a/telemetry", &json!({"boot": 1, "seq": seq, "points": points}))
}

#[tokio::test]
async fn is_told_what_it_missed_and_holds_nobody_up() {
    let redis = argosy_testkit::redis().await.unwrap();
    let url = redis.url.clone();
    let api = Api::start_with(|config| {
        config.live.live_mebibytes = 1;
        config.redis.redis_url = Some(url);
    });
    let (_api, client) = with_devices_on(api.await).await;
    let mut slow = Tail::open(&client, "/stream", None).await;
    let mut quick = Tail::open(&client, "/stream?device=b", None).await;
    // More than all the buffers between here and there hold.
    let (batches, messages) = (8, 60);
    let started = Instant::now();
    for batch in 0..batches {
        let lines: String = (1..=messages).map(|number| large(batch * messages + number)).collect();
        assert_eq!(ingest(&client, &lines).await["stored"], messages);
    }
    ingest(&client, &super::point("b", 1)).await;
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    let events = quick.until(|event| event["event"] == "presence").await;
    assert!(events.iter().any(|(event, _)| event["values"] == json!({"v": 1})), "{events:?}");

    let events = slow.until(|event| event["device"] == "b" && event["event"] == "presence").await;
    let (missed, seen): (Vec<_>, Vec<_>) = events.iter().partition(|(event, _)| event["event"] == "missed");
    assert!(!missed.is_empty(), "{} events", events.len());
    let missed: u64 = missed.iter().map(|(event, _)| event["count"].as_u64().unwrap()).sum();
    // Every reading, and two devices that came online.
    assert_eq!(seen.len() as u64 + missed, batches * messages + 1 + 2);
}
