//! How fast a week of one device at one reading a second is answered in 500 buckets: `make bench`.

use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::json;

use crate::{
    ingest::{ingest, line_of},
    readings::wait_for_rollups,
    support::{ALL, Api, Client},
};

const WEEK: i64 = 7 * 24 * 3600;
/// Points of a message, and messages of a batch.
const POINTS: i64 = 240;
const MESSAGES: i64 = 60;
/// What the answer may take at the median, where buckets are made of whole minutes.
const LIMIT: Duration = Duration::from_millis(50);

/// Stores the week that ends at `end`, in seconds since 1970.
async fn store_week(client: &Client, end: i64) {
    let start = end - WEEK;
    for batch in (start..end).step_by(usize::try_from(POINTS * MESSAGES).unwrap()) {
        let mut lines = String::new();
        for first in (batch..(batch + POINTS * MESSAGES).min(end)).step_by(usize::try_from(POINTS).unwrap()) {
            let points: Vec<_> = (first..(first + POINTS).min(end))
                .map(|second| {
                    let phase = f64::from(i32::try_from(second % 3600).unwrap()) / 3600.0;
                    let speed = 40.0 + 20.0 * (phase * std::f64::consts::TAU).sin();
                    let values =
                        json!({"speed": speed, "fuel": 80.0 - 30.0 * phase, "door_open": second % 600 < 20});
                    json!({"ts": second * 1000, "values": values})
                })
                .collect();
            lines += &line_of("v1/demo/truck/telemetry", &json!({"points": points}));
        }
        let answer = ingest(client, &lines).await;
        assert_eq!(answer["dead_lettered"], 0, "{answer}");
    }
}

#[tokio::test]
#[ignore = "a measurement; make bench"]
async fn a_week_in_500_buckets() {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    client.post("/devices", json!({"name": "truck"})).await.expect(201);
    let end = Utc::now().timestamp() / 60 * 60 - 300;
    let started = Instant::now();
    store_week(&client, end).await;
    println!("{WEEK} readings of three keys stored in {:.1} s", started.elapsed().as_secs_f64());
    wait_for_rollups(&api).await;
    println!("rolled up after {:.1} s", started.elapsed().as_secs_f64());
    let (from, to) = ((end - WEEK) * 1000, end * 1000);
    // Buckets of whole minutes come from rollups alone; others read the rows of the minutes that they cut.
    for (what, query, limit) in [
        ("504 of 20 min, one key", "every=20m&key=speed&aggregate=mean", LIMIT),
        ("504 of 20 min, all keys", "every=20m&aggregate=max", LIMIT),
        ("500 of 1,210 s, one key", "every=1210s&key=speed&aggregate=mean", LIMIT * 4),
    ] {
        let path = format!("/devices/truck/readings?from={from}&to={to}&{query}");
        let mut times = Vec::new();
        for _ in 0..41 {
            let started = Instant::now();
            let answer = client.get(&path).await;
            times.push(started.elapsed());
            let buckets = answer.expect(200)["series"][0]["readings"].as_array().unwrap().len();
            assert!((500..=505).contains(&buckets), "{buckets}");
        }
        times.sort();
        let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e3;
        println!("{what}: median {:.1} ms, 5th {:.1} ms, 95th {:.1} ms", at(50), at(5), at(95));
        assert!(times[times.len() / 2] < limit, "{what}");
    }
}
