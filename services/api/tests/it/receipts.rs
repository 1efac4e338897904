//! Receipts: which messages the devices of a batch may forget, and what asking for them costs.

use std::{fmt::Write as _, time::Instant};

use chrono::Utc;
use serde_json::{Value, json};

use crate::{
    ingest::{NDJSON, line_of},
    support::{ALL, Api, Client},
};

async fn receipts(client: &Client, lines: &str) -> Value {
    let answer = client.post_as("/ingest?receipts=true", NDJSON, lines.to_owned()).await.expect(200);
    answer["receipts"].clone()
}

fn message_at(device: &str, boot: i64, seq: i64, ts: i64) -> String {
    let payload = json!({"boot": boot, "seq": seq, "points": [{"ts": ts, "values": {"seq": seq}}]});
    line_of(&format!("v1/demo/{device}/telemetry"), &payload)
}

fn messages(device: &str, boot: i64, numbers: &[i64]) -> String {
    let now = Utc::now().timestamp_millis();
    numbers.iter().map(|seq| message_at(device, boot, *seq, now)).collect()
}

fn of(device: &str, receipt: &Value) -> Value {
    json!({"fleet": "demo", "device": device, "receipt": receipt})
}

async fn with_devices(names: &[&str]) -> (Api, Client) {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    for name in names {
        client.post("/devices", json!({"name": name})).await.expect(201);
    }
    (api, client)
}

#[tokio::test]
async fn a_receipt_answers_for_every_message_of_the_batch() {
    let (_api, client) = with_devices(&["a", "b"]).await;
    let batch = messages("a", 7, &[2, 1, 5, 6]) + &messages("b", 7, &[3]) + &messages("a", 6, &[1]);
    let expected = json!([
        of("a", &json!({"boot": 6, "through": 1})),
        of("a", &json!({"boot": 7, "through": 2, "stored": [[5, 6]]})),
        of("b", &json!({"boot": 7, "through": 0, "stored": [[3, 3]]})),
    ]);
    assert_eq!(receipts(&client, &batch).await, expected);
    // What comes again is answered again, and nobody asks about the others.
    let again = receipts(&client, &messages("a", 7, &[6, 8])).await;
    assert_eq!(again, json!([of("a", &json!({"boot": 7, "through": 2, "stored": [[6, 6], [8, 8]]}))]));
    let filled = receipts(&client, &messages("a", 7, &[4, 3])).await;
    assert_eq!(filled, json!([of("a", &json!({"boot": 7, "through": 6}))]));
}

#[tokio::test]
async fn what_became_a_dead_letter_is_answered_too_where_it_has_a_number() {
    let (_api, client) = with_devices(&["a"]).await;
    client.post("/devices", json!({"name": "off", "enabled": false})).await.expect(201);
    let batch = messages("a", 7, &[1, 3])
        + &message_at("a", 7, 2, 0)
        + &messages("off", 7, &[4])
        + &line_of("v1/demo/a/telemetry", &json!({"boot": 7, "seq": 0}))
        + &line_of("v1/demo/a/telemetry", &json!({"temperature": 1}));
    let expected = json!([
        of("a", &json!({"boot": 7, "through": 1, "stored": [[3, 3]], "refused": [[2, 2]]})),
        of("off", &json!({"boot": 7, "through": 0, "refused": [[4, 4]]})),
    ]);
    assert_eq!(receipts(&client, &batch).await, expected);
}

#[tokio::test]
async fn receipts_are_for_those_who_ask() {
    let (_api, client) = with_devices(&["a"]).await;
    for path in ["/ingest", "/ingest?receipts=false"] {
        let answer = client.post_as(path, NDJSON, messages("a", 7, &[1])).await.expect(200);
        assert_eq!(answer.get("receipts"), None, "{path}");
    }
    client.post_as("/ingest?receipts=perhaps", NDJSON, messages("a", 7, &[1])).await.problem(400);
}

/// Batches of 2000 messages, with receipts and without by turns, so that both see the same table.
#[tokio::test]
#[ignore = "a measurement; make bench"]
async fn what_receipts_cost() {
    const MESSAGES: usize = 2000;
    const ROUNDS: usize = 40;
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    for devices in [50, MESSAGES] {
        let names: Vec<String> = (0..devices).map(|number| format!("d{devices}-{number}")).collect();
        let lines = names.iter().fold(String::new(), |mut lines, name| {
            let _ = writeln!(lines, "{}", json!({"name": name}));
            lines
        });
        client.post_as("/devices/import", NDJSON, lines).await.expect(200);
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS * 2 {
            let now = Utc::now().timestamp_millis();
            let each = MESSAGES / devices;
            let mut lines = String::new();
            for name in &names {
                for message in 0..each {
                    lines += &message_at(name, 1, i64::try_from(round * each + message + 1).unwrap(), now);
                }
            }
            let path = ["/ingest", "/ingest?receipts=true"][round % 2];
            let started = Instant::now();
            let answer = client.post_as(path, NDJSON, lines).await;
            times[round % 2].push(started.elapsed().as_secs_f64() * 1e3);
            let answer = answer.expect(200);
            assert_eq!(answer["stored"], MESSAGES, "{answer}");
            assert_eq!(answer["receipts"].as_array().map_or(0, Vec::len), (round % 2) * devices);
        }
        for times in &mut times {
            times.sort_by(f64::total_cmp);
        }
        let [without, with] =
            times.map(|times| (times[ROUNDS / 4], times[ROUNDS / 2], times[ROUNDS * 3 / 4]));
        println!(
            "{devices} devices, {MESSAGES} messages: without {:.1} ms ({:.1} to {:.1}), with {:.1} ms ({:.1} to {:.1}); median, quartiles",
            without.1, without.0, without.2, with.1, with.0, with.2
        );
    }
}
