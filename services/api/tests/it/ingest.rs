//! Batches: what is stored, what is not, and that nothing is lost or doubled beside it.

use std::{cell::Cell, collections::BTreeSet, fmt::Write as _, ops::Range};

use argosy_testkit::eventually;
use argosy_wire::api::token::Scope;
use chrono::Utc;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::support::{ALL, Api, Client, DEADLINE};

pub(crate) const NDJSON: &str = "application/x-ndjson";

/// A line with this payload from `demo/truck`.
pub(crate) fn line(payload: &Value) -> String {
    line_of("v1/demo/truck/telemetry", payload)
}

pub(crate) fn line_of(topic: &str, payload: &Value) -> String {
    json!({"topic": topic, "payload": payload}).to_string() + "\n"
}

/// A line with one point of `demo/truck`, now.
pub(crate) fn message(boot: i64, seq: i64) -> String {
    let ts = Utc::now().timestamp_millis();
    line(&json!({"boot": boot, "seq": seq, "points": [{"ts": ts, "values": {"seq": seq}}]}))
}

pub(crate) async fn ingest(client: &Client, lines: &str) -> Value {
    client.post_as("/ingest", NDJSON, lines.to_owned()).await.expect(200)
}

/// An API with the device `demo/truck`.
async fn with_truck() -> (Api, Client) {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    client.post("/devices", json!({"name": "truck"})).await.expect(201);
    (api, client)
}

async fn rows(api: &Api) -> i64 {
    sqlx::query_scalar("select count(*) from readings").fetch_one(&api.pool).await.unwrap()
}

#[tokio::test]
async fn a_message_is_stored_once_however_often_it_comes() {
    let (api, client) = with_truck().await;
    let batch = message(7, 1) + &message(7, 2) + &message(7, 2) + &message(7, 5);
    assert_eq!(ingest(&client, &batch).await, json!({"stored": 3, "duplicate": 1, "dead_lettered": 0}));
    assert_eq!(ingest(&client, &batch).await, json!({"stored": 0, "duplicate": 4, "dead_lettered": 0}));
    // The sequence goes back to fill the gap; the boot goes back, as a clock may.
    let back = message(7, 3) + &message(6, 1);
    assert_eq!(ingest(&client, &back).await, json!({"stored": 2, "duplicate": 0, "dead_lettered": 0}));
    assert_eq!(rows(&api).await, 5);
    let delivery = client.get("/devices/truck/delivery").await.expect(200);
    let boot = &delivery["boots"][0];
    assert_eq!(boot["ranges"], json!([{"first": 1, "last": 3}, {"first": 5, "last": 5}]));
    assert_eq!((&boot["gaps"], &boot["missing"]), (&json!([{"first": 4, "last": 4}]), &json!(1)));
    assert_eq!((&delivery["missing"], &delivery["duplicates"]), (&json!(1), &json!(5)));
    assert_eq!(delivery["boots"][1]["boot"], 6);
}

#[tokio::test]
async fn what_is_wrong_costs_only_itself() {
    let (api, client) = with_truck().await;
    client.post("/devices", json!({"name": "off", "enabled": false})).await.expect(201);
    client.post("/fleets", json!({"name": "other"})).await.expect(201);
    let point = |ts: i64| json!({"points": [{"ts": ts, "values": {"a": 1}}]});
    let many: serde_json::Map<_, _> = (0..1_000_000 / 40).map(|key| (format!("k{key}"), json!(1))).collect();
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    let huge = json!({"points": [{"ts": 1, "values": {"a": "x".repeat(70_000)}}]});
    let bad = [
        (
            "not_json",
            "{\"topic\":\"v1/demo/truck/telemetry\",\"payload_base64\":\"bm90IGpzb24=\"}\n".to_owned(),
        ),
        ("not_json", "{\"topic\":\"v1/demo/truck/telemetry\",\"payl\n".to_owned()),
        ("not_json", "{\"topic\":\"v1/demo/truck/telemetry\",\"payload\":{\"a\":NaN}}\n".to_owned()),
        ("bad_message", format!("{{\"topic\":\"v1/demo/truck/telemetry\",\"payload\":{{\"a\":{deep}}}}}\n")),
        ("bad_message", line(&json!([1, 2]))),
        ("bad_message", line(&json!({"a": null}))),
        ("bad_message", line(&json!({"a": {"b": 1}}))),
        ("bad_message", line(&json!({"boot": 1, "seq": 0, "points": [{"ts": 1, "values": {"a": 1}}]}))),
        ("bad_message", line(&json!({"boot": "x", "seq": 1, "points": []}))),
        ("bad_message", line(&json!({"points": [{"ts": "soon", "values": {"a": 1}}]}))),
        ("bad_message", line(&json!({"<script>alert(1)</script>": 1}))),
        ("bad_message", line(&json!({"points": [], "unknown": 1}))),
        ("too_large", line(&Value::Object(many))),
        ("too_large", line(&huge)),
        ("bad_message", "{\"topic\":\"v1/demo/truck/telemetry\",\"payload\":{\"a\":1},\"x\":1}\n".to_owned()),
        ("unknown_device", line_of("v1/demo/nobody/telemetry", &json!({"a": 1}))),
        ("unknown_device", line_of("v1/nowhere/truck/telemetry", &json!({"a": 1}))),
        ("device_disabled", line_of("v1/demo/off/telemetry", &json!({"a": 1}))),
        ("timestamp_out_of_range", line(&point(0))),
        ("timestamp_out_of_range", line(&point(4_102_444_800_000))),
        ("timestamp_out_of_range", line(&point(i64::MAX))),
        ("topic_mismatch", line_of("v1/demo/truck/command/1", &json!({"a": 1}))),
        ("topic_mismatch", line_of("v2/demo/truck/telemetry", &json!({"a": 1}))),
        ("topic_mismatch", line_of("v1/demo/'; drop table readings; --/telemetry", &json!({"a": 1}))),
        ("topic_mismatch", line_of("v1/demo/nul\u{0}/telemetry", &json!({"a": 1}))),
    ];
    let mut batch = String::new();
    for (seq, (_, line)) in (1..).zip(&bad) {
        batch += &message(1, seq);
        batch += line;
    }
    let count = bad.len();
    assert_eq!(
        ingest(&client, &batch).await,
        json!({"stored": count, "duplicate": 0, "dead_lettered": count})
    );
    assert_eq!(rows(&api).await, i64::try_from(count).unwrap());
    let reasons: Vec<String> = sqlx::query_scalar("select reason from dead_letters order by reason")
        .fetch_all(&api.pool)
        .await
        .unwrap();
    let mut expected: Vec<&str> = bad.iter().map(|(reason, _)| *reason).collect();
    expected.sort_unstable();
    assert_eq!(reasons, expected);

    // The same once more is counted, not kept again.
    let wrong: String = bad.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(ingest(&client, &wrong).await["dead_lettered"], count);
    let page = client.get("/dead-letters?limit=100&fleet=demo").await.expect(200);
    let letters = page["items"].as_array().unwrap();
    assert_eq!(letters.len(), count);
    assert!(letters.iter().all(|letter| letter["occurrences"] == 2), "{page}");
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_as_a_whole() {
    let (api, client) = with_truck().await;
    client.post_as("/ingest", NDJSON, "\n \r\n").await.problem(400);
    client.post_as("/ingest", "application/json", message(1, 1)).await.problem(415);
    client.post_as("/ingest", "text/plain", message(1, 1)).await.problem(415);
    client.post_as("/ingest", NDJSON, "{}\n".repeat(20_001)).await.problem(413);
    client.post_as("/ingest", NDJSON, vec![b'x'; 32 * 1024 * 1024 + 1]).await.problem(413);
    api.client(&[Scope::Read, Scope::Write, Scope::Admin])
        .await
        .post_as("/ingest", NDJSON, message(1, 1))
        .await
        .problem(403);
    api.anonymous().post_as("/ingest", NDJSON, message(1, 1)).await.problem(401);
    assert_eq!(rows(&api).await, 0);
}

#[tokio::test]
async fn a_bound_sender_reaches_no_other_fleet() {
    let (api, client) = with_truck().await;
    client.post("/fleets", json!({"name": "other"})).await.expect(201);
    let other = api.client_of("other", &[Scope::Ingest, Scope::Read]).await;
    assert_eq!(ingest(&other, &message(1, 1)).await["dead_lettered"], 1);
    assert_eq!(rows(&api).await, 0);
    let letters = client.get("/dead-letters?fleet=demo").await.expect(200);
    assert_eq!(letters["items"], json!([]), "it leaves nothing in the other's list either");
    let letters = other.get("/dead-letters").await.expect(200);
    assert_eq!(letters["items"][0]["reason"], "topic_mismatch");
}

#[tokio::test]
async fn unknown_devices_come_to_be_where_the_fleet_says_so() {
    let (_api, client) = with_truck().await;
    client.post("/fleets", json!({"name": "open", "auto_register": true})).await.expect(201);
    let batch = line_of("v1/open/new-1/telemetry", &json!({"a": 1}))
        + &line_of("v1/open/new-2/telemetry", &json!({"a": 1}))
        + &line_of("v1/open/new-1/telemetry", &json!({"a": 2}));
    assert_eq!(ingest(&client, &batch).await["stored"], 3);
    let devices = client.get("/devices?fleet=open").await.expect(200);
    assert_eq!(devices["items"].as_array().unwrap().len(), 2);
    assert_eq!(devices["items"][0]["online"], true, "who sends is there");
}

/// PostgreSQL may keep a statement's plan after five executions: one from when tables were small would look through a whole fleet
/// for each of a batch's devices.
#[tokio::test]
async fn a_fleet_may_grow_at_once() {
    const DEVICES: usize = 2_000;
    let api = Api::start_with(|config| config.database.database_connections = 2).await;
    let client = api.client(&ALL).await;
    client.post("/fleets", json!({"name": "open", "auto_register": true})).await.expect(201);
    let batch = |devices: Range<usize>, seq: i64| -> String {
        let payload = json!({"boot": 1, "seq": seq, "points": [{"ts": Utc::now().timestamp_millis(), "values": {"a": 1}}]});
        devices.map(|device| line_of(&format!("v1/open/d{device}/telemetry"), &payload)).collect()
    };
    for first in (DEVICES..DEVICES + 400).step_by(20) {
        assert_eq!(ingest(&client, &batch(first..first + 20, 1)).await["stored"], 20);
    }
    for seq in 1..=3 {
        assert_eq!(ingest(&client, &batch(0..DEVICES, seq)).await["stored"], DEVICES);
    }
    // A server process tells what it has read when it ends.
    let end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    sqlx::query(end).execute(&api.pool).await.unwrap();
    let read = "select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_user_tables";
    let read: i64 = sqlx::query_scalar(read).fetch_one(&api.pool).await.unwrap();
    assert!(read < 400_000, "{read} rows were looked through");
}

#[tokio::test]
async fn a_device_that_is_deleted_disabled_or_made_anew_counts_at_once() {
    let (api, client) = with_truck().await;
    assert_eq!(ingest(&client, &message(1, 1)).await["stored"], 1);
    client.patch("/devices/truck", Some("\"1\""), json!({"enabled": false})).await.expect(200);
    assert_eq!(ingest(&client, &message(1, 2)).await["dead_lettered"], 1);
    client.delete("/devices/truck").await.expect(204);
    assert_eq!(ingest(&client, &message(1, 2)).await["dead_lettered"], 1);
    client.post("/devices", json!({"name": "truck"})).await.expect(201);
    assert_eq!(ingest(&client, &message(1, 2)).await["stored"], 1);

    // Another replica still remembers the device that was; its row is what tells.
    let replica = api.replica_with(|_| {}).await;
    let there = client.at(&replica.url);
    assert_eq!(ingest(&there, &message(1, 3)).await["stored"], 1);
    client.delete("/devices/truck").await.expect(204);
    client.post("/devices", json!({"name": "truck"})).await.expect(201);
    assert_eq!(ingest(&there, &message(1, 4)).await["stored"], 1);
    let delivery = client.get("/devices/truck/delivery").await.expect(200);
    assert_eq!(delivery["boots"][0]["ranges"], json!([{"first": 4, "last": 4}]));
}

#[tokio::test]
async fn replayed_dead_letters_are_readings() {
    let (api, client) = with_truck().await;
    let batch = line_of(
        "v1/demo/late/telemetry",
        &json!({"boot": 1, "seq": 1, "points": [{"ts": Utc::now().timestamp_millis(), "values": {"a": 1}}]}),
    ) + &line_of("v1/demo/never/telemetry", &json!({"a": 1}));
    assert_eq!(ingest(&client, &batch).await["dead_lettered"], 2);
    let letters = client.get("/dead-letters?device=late").await.expect(200);
    let id = &letters["items"][0]["id"];
    let detail = client.get(&format!("/dead-letters/{id}")).await.expect(200);
    assert!(detail["payload_text"].as_str().unwrap().contains("\"seq\":1"), "{detail}");
    client.post("/devices", json!({"name": "late"})).await.expect(201);
    let replayed = client.post("/dead-letters/replay", json!({"reason": "unknown_device"})).await.expect(200);
    assert_eq!(replayed, json!({"stored": 1, "duplicate": 0, "refused": 1}));
    assert_eq!(rows(&api).await, 1);
    let letters = client.get("/dead-letters").await.expect(200);
    assert_eq!(letters["items"].as_array().unwrap().len(), 1);
    assert_eq!(letters["items"][0]["occurrences"], 1, "trying is not coming again");
    client.post("/dead-letters/discard", json!({})).await.problem(422);
    assert_eq!(
        client.post("/dead-letters/discard", json!({"device": "never"})).await.expect(200)["discarded"],
        1
    );
    client.get(&format!("/dead-letters/{id}")).await.problem(404);
}

#[tokio::test]
async fn many_senders_of_the_same_messages_store_each_once() {
    let (api, client) = with_truck().await;
    for number in 0..10 {
        client.post("/devices", json!({"name": format!("d{number}")})).await.expect(201);
    }
    let replica = api.replica_with(|_| {}).await;
    let senders = (0..8_usize).map(|sender| {
        let client = if sender % 2 == 0 { client.clone() } else { client.at(&replica.url) };
        tokio::spawn(async move {
            for round in 0..10 {
                let mut batch = String::new();
                // Every sender has the devices in another order.
                for step in 0..10 {
                    let device = (step * 7 + sender * 3) % 10;
                    let seq = round + 1;
                    let payload = json!({"boot": 1, "seq": seq, "points": [{"ts": Utc::now().timestamp_millis(), "values": {"a": sender}}]});
                    batch += &line_of(&format!("v1/demo/d{device}/telemetry"), &payload);
                }
                ingest(&client, &batch).await;
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    assert_eq!(rows(&api).await, 100);
    let numbers: i64 = sqlx::query_scalar("select sum(received_count)::bigint from device_streams")
        .fetch_one(&api.pool)
        .await
        .unwrap();
    assert_eq!(numbers, 100);
}

/// The ledger against a set, with whatever order, repetition and batching.
#[test]
fn the_ledger_is_a_set() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (api, client) = runtime.block_on(with_truck());
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    let boots = Cell::new(0);
    let batches = prop::collection::vec(prop::collection::vec(1_i64..25, 1..12), 1..6);
    let result = runner.run(&batches, |batches| {
        let boot = boots.get() + 1;
        boots.set(boot);
        let mut model = BTreeSet::new();
        for numbers in batches {
            let fresh = numbers.iter().filter(|number| model.insert(**number)).count();
            let batch = numbers.iter().fold(String::new(), |mut batch, seq| {
                let _ = write!(batch, "{}", message(boot, *seq));
                batch
            });
            let answer = runtime.block_on(client.post_as("/ingest?receipts=true", NDJSON, batch)).expect(200);
            let through = (1..25).take_while(|seq| model.contains(seq)).count();
            prop_assert_eq!(&answer["receipts"][0]["receipt"]["through"], &json!(through));
            prop_assert_eq!(&answer["stored"], &json!(fresh));
            prop_assert_eq!(&answer["duplicate"], &json!(numbers.len() - fresh));
        }
        let delivery = runtime.block_on(client.get("/devices/truck/delivery")).expect(200);
        let ranges = delivery["boots"][0]["ranges"].as_array().unwrap();
        let stored: BTreeSet<i64> = ranges
            .iter()
            .flat_map(|range| range["first"].as_i64().unwrap()..=range["last"].as_i64().unwrap())
            .collect();
        prop_assert_eq!(stored, model.clone());
        let query =
            sqlx::query_scalar::<_, i64>("select seq from readings where boot = $1 order by seq").bind(boot);
        let rows = runtime.block_on(query.fetch_all(&api.pool)).unwrap();
        prop_assert_eq!(rows, model.into_iter().collect::<Vec<_>>());
        Ok(())
    });
    result.unwrap();
    runtime.block_on(async { drop(api) });
}

#[tokio::test]
async fn traffic_and_gaps_show_in_the_overview() {
    let (_api, client) = with_truck().await;
    ingest(&client, &(message(1, 1) + &message(1, 4) + &line(&json!([1])))).await;
    let overview = client.get("/overview").await.expect(200);
    assert_eq!((&overview["missing"], &overview["devices_with_gaps"]), (&json!(2), &json!(1)));
    assert_eq!(overview["dead_letters"], json!([{"reason": "bad_message", "count": 1}]));
    assert_eq!((&overview["devices"], &overview["online"]), (&json!(1), &json!(1)));
    eventually(DEADLINE, async || {
        let overview = client.get("/overview").await.expect(200);
        let sum: i64 = overview["traffic"]
            .as_array()
            .unwrap()
            .iter()
            .map(|slot| slot["messages"].as_i64().unwrap())
            .sum();
        anyhow::ensure!(sum == 2, "{sum} messages");
        Ok(())
    })
    .await;
}
