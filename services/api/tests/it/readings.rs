//! Readings: raw and in pages, in buckets with and without rollups, as CSV and NDJSON.

use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
};

use argosy_testkit::eventually;
use chrono::{DateTime, Utc};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::{
    ingest::{ingest, line_of},
    support::{ALL, Api, Client, DEADLINE},
};

/// The start of a minute some hours ago: old enough to be rolled up.
fn hours_ago(hours: i64) -> i64 {
    (Utc::now().timestamp() / 60 - hours * 60) * 60_000
}

async fn send(client: &Client, device: &str, points: &[(i64, Value)]) {
    for points in points.chunks(500) {
        let points: Vec<Value> =
            points.iter().map(|(ts, value)| json!({"ts": ts, "values": {"v": value, "w": 1}})).collect();
        ingest(client, &line_of(&format!("v1/demo/{device}/telemetry"), &json!({"points": points}))).await;
    }
}

async fn api_with(devices: &[&str]) -> (Api, Client) {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    for device in devices {
        client.post("/devices", json!({"name": device})).await.expect(201);
    }
    (api, client)
}

fn values(series: &Value) -> Vec<Value> {
    series["readings"].as_array().unwrap().iter().map(|reading| reading["values"]["v"].clone()).collect()
}

pub(crate) async fn wait_for_rollups(api: &Api) {
    eventually(DEADLINE, async || {
        let count = "select (select count(*) from rollup_dirty) + (select count(*) from rollup_claims)";
        let left: i64 = sqlx::query_scalar(count).fetch_one(&api.pool).await.unwrap();
        anyhow::ensure!(left == 0, "{left} minutes are not rolled up");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn pages_cover_every_row_once() {
    let (_api, client) = api_with(&["a", "b"]).await;
    let start = hours_ago(2);
    // Several rows of one moment, across the end of a page.
    let points: Vec<(i64, Value)> =
        (0..25).map(|number| (start + number / 7 * 1000, json!(number))).collect();
    send(&client, "a", &points).await;
    send(&client, "b", &points[..5]).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client
            .get(&format!("/readings?device=a&device=b&from=-3h&key=v&limit=4{cursor}"))
            .await
            .expect(200);
        for series in page["series"].as_array().unwrap() {
            let device = series["device"].as_str().unwrap().to_owned();
            seen.extend(values(series).into_iter().map(|value| (device.clone(), value.as_i64().unwrap())));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.sort();
    let expected: Vec<(String, i64)> =
        (0..25).map(|n| ("a".into(), n)).chain((0..5).map(|n| ("b".into(), n))).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn minutes_that_another_server_had_claimed_are_rolled_up() {
    let (api, client) = api_with(&["a"]).await;
    send(&client, "a", &[(hours_ago(2), json!(1))]).await;
    wait_for_rollups(&api).await;
    // As an upgrade by logical replication leaves them: settled by a number that this server gives away in years.
    let claim = "insert into rollup_claims select device_id, minute, 1000000000000 from rollups";
    assert_eq!(sqlx::query(claim).execute(&api.pool).await.unwrap().rows_affected(), 1);
    wait_for_rollups(&api).await;
}

#[tokio::test]
async fn exports_have_every_row_and_no_formulas() {
    let (_api, client) = api_with(&["a"]).await;
    let start = hours_ago(1);
    let mut points: Vec<(i64, Value)> =
        (0..6_000).map(|number| (start - number * 10, json!(number))).collect();
    points.push((start + 1, json!("=cmd|' /C calc'!A0")));
    send(&client, "a", &points).await;
    let csv = client.get_as("/devices/a/readings?from=-3h&key=v", "text/csv").await.expect_text();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "device,ts,received_at,boot,seq,v");
    assert_eq!(lines.len(), 6_002);
    assert!(lines[6_001].ends_with(",'=cmd|' /C calc'!A0"), "{}", lines[6_001]);
    let ndjson = client.get_as("/devices/a/readings?from=-3h", "application/x-ndjson").await.expect_text();
    assert_eq!(ndjson.lines().count(), 6_001);
    let first: Value = serde_json::from_str(ndjson.lines().next().unwrap()).unwrap();
    assert_eq!((&first["values"], &first["seq"]), (&json!({"v": 5999, "w": 1}), &Value::Null));
    let csv = client
        .get_as("/devices/a/readings?from=-3h&every=1d&aggregate=count&key=v", "text/csv")
        .await
        .expect_text();
    assert!(
        csv.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<i64>().unwrap()).sum::<i64>()
            == 6_001
    );
}

#[tokio::test]
async fn every_aggregate_is_what_it_says() {
    let (api, client) = api_with(&["a"]).await;
    let start = hours_ago(3);
    let points = [
        (start, json!(4)),
        (start + 10_000, json!(-1)),
        (start + 70_000, json!(2.5)),
        (start + 80_000, json!("text")),
        (start + 130_000, json!(true)),
    ];
    send(&client, "a", &points).await;
    let expected = [
        ("min", json!(-1.0)),
        ("max", json!(4.0)),
        ("sum", json!(5.5)),
        ("mean", json!(5.5 / 3.0)),
        ("count", json!(5)),
        ("first", json!(4)),
        ("last", json!(true)),
    ];
    for rolled_up in [false, true] {
        if rolled_up {
            wait_for_rollups(&api).await;
        }
        for (aggregate, value) in &expected {
            let path = format!(
                "/devices/a/readings?from={start}&to={}&every=1d&aggregate={aggregate}&key=v",
                start + 200_000
            );
            let answer = client.get(&path).await.expect(200);
            let all: Vec<Value> = values(&answer["series"][0]);
            // A day may end in between.
            if all.len() == 1 {
                assert_eq!(&all[0], value, "{aggregate}, rolled up: {rolled_up}");
            }
        }
    }
}

/// An answer from rollups and rows is the one that plain arithmetic gives, while data comes late and minutes are rolled up.
#[test]
fn buckets_are_exact_at_every_moment() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (api, client) = runtime.block_on(api_with(&["a"]));
    let start = hours_ago(6);
    let config = ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() };
    let model: RefCell<BTreeMap<i64, i64>> = RefCell::default();
    let strategy = (
        prop::collection::btree_map(0_i64..7_200_000, -50_i64..50, 1..40),
        0_i64..3_600_000,
        1_i64..7_200_000,
        prop::sample::select(vec![
            ("30s", 30_000_i64),
            ("1m", 60_000),
            ("90s", 90_000),
            ("7m", 420_000),
            ("1210s", 1_210_000),
            ("1h", 3_600_000),
        ]),
    );
    let result = TestRunner::new(config).run(&strategy, |(points, from, length, (every, millis))| {
        let mut model = model.borrow_mut();
        let mut fresh = Vec::new();
        for (offset, value) in points {
            if let Entry::Vacant(entry) = model.entry(offset) {
                entry.insert(value);
                fresh.push((start + offset, json!(value)));
            }
        }
        runtime.block_on(send(&client, "a", &fresh));
        let (from, to) = (from, from + length);
        let path = format!(
            "/devices/a/readings?from={}&to={}&every={every}&aggregate=sum&key=v",
            start + from,
            start + to
        );
        let answer = runtime.block_on(client.get(&path)).expect(200);
        let got: BTreeMap<i64, f64> = answer["series"][0]["readings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reading| {
                let ts: DateTime<Utc> = reading["ts"].as_str().unwrap().parse().unwrap();
                (ts.timestamp_millis(), reading["values"]["v"].as_f64().unwrap())
            })
            .collect();
        let mut expected: BTreeMap<i64, f64> = BTreeMap::new();
        for (offset, value) in model.range(from..to) {
            let bucket = (start + offset).div_euclid(millis) * millis;
            *expected.entry(bucket).or_default() += f64::from(i32::try_from(*value).unwrap());
        }
        prop_assert_eq!(got, expected);
        Ok(())
    });
    result.unwrap();
    runtime.block_on(wait_for_rollups(&api));
    runtime.block_on(async { drop(api) });
}

/// A week at one reading a second in 500 buckets. The figure is printed; the limit is loose, for builds without optimisation.
#[tokio::test]
async fn a_week_is_answered_from_rollups() {
    let (api, client) = api_with(&["a"]).await;
    let end = hours_ago(24);
    let day = "select ensure_day_partitions((now() - make_interval(days => $1))::date)";
    for days in 0..10 {
        sqlx::query(day).bind(days).execute(&api.pool).await.unwrap();
    }
    let fill = "insert into readings (device_id, ts, received_at, values)
        select d.id, to_timestamp($1 / 1000.0) - make_interval(secs => s), now(), jsonb_build_object('v', s % 97, 'w', 1.5)
        from devices d, generate_series(1, 604800) s where d.name = 'a'";
    sqlx::query(fill).bind(end as f64).execute(&api.pool).await.unwrap();
    let mark = "insert into rollup_dirty select distinct device_id, date_trunc('minute', ts) from readings on conflict do nothing";
    sqlx::query(mark).execute(&api.pool).await.unwrap();
    eventually(std::time::Duration::from_secs(120), async || {
        let left: i64 =
            sqlx::query_scalar("select count(*) from rollup_dirty").fetch_one(&api.pool).await.unwrap();
        anyhow::ensure!(left == 0, "{left} minutes are left");
        Ok(())
    })
    .await;
    wait_for_rollups(&api).await;
    let path =
        format!("/devices/a/readings?from={}&to={end}&every=20m&aggregate=sum&key=v", end - 604_800_000);
    let mut fastest = std::time::Duration::MAX;
    for _ in 0..5 {
        let started = std::time::Instant::now();
        let answer = client.get(&path).await.expect(200);
        fastest = fastest.min(started.elapsed());
        let sum: f64 = values(&answer["series"][0]).iter().map(|value| value.as_f64().unwrap()).sum();
        let expected: f64 = (1..=604_800).map(|second| f64::from(second % 97)).sum();
        assert!((sum - expected).abs() < 1e-6, "{sum} is not {expected}");
    }
    println!("a week of one device in 504 buckets: {fastest:?}");
    assert!(fastest < std::time::Duration::from_secs(2), "{fastest:?}");
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let (api, client) = api_with(&["a"]).await;
    let ask = async |query: &str| client.get(&format!("/devices/a/readings?{query}")).await;
    ask("from=yesterday").await.problem(400);
    ask("every=soon").await.problem(400);
    ask("every=0s").await.problem(400);
    ask("cursor=zzz").await.problem(400);
    ask("aggregate=median").await.problem(400);
    ask("from=-1h&to=-2h").await.problem(422);
    ask("aggregate=mean").await.problem(422);
    ask("key=%3Cscript%3E").await.problem(422);
    assert!(ask("from=-30d&every=1s").await.problem(422).contains("buckets"));
    client.get("/devices/nobody/readings").await.problem(404);
    client.get("/devices/A%20B/readings").await.problem(404);
    client.get("/readings").await.problem(422);
    client.post("/fleets", json!({"name": "other"})).await.expect(201);
    let other = api.client_of("other", &ALL).await;
    other.get("/devices/a/readings").await.problem(404);
    other.get("/devices/a/readings?fleet=demo").await.problem(404);
}

#[tokio::test]
async fn latest_values_are_the_newest_by_their_own_time() {
    let (_api, client) = api_with(&["a", "b"]).await;
    let start = hours_ago(1);
    send(&client, "a", &[(start, json!(1)), (start + 2000, json!(2))]).await;
    // Late data fills in, and overwrites nothing.
    let late = json!({"points": [{"ts": start + 1000, "values": {"v": 9, "x": 3}}]});
    ingest(&client, &line_of("v1/demo/a/telemetry", &late)).await;
    let latest = client.get("/devices/a/latest").await.expect(200);
    assert_eq!((&latest["values"]["v"]["value"], &latest["values"]["x"]["value"]), (&json!(2), &json!(3)));
    let page = client.get("/latest?search=a").await.expect(200);
    assert_eq!(page["items"], json!([latest]));
    assert_eq!(client.get("/devices/b/latest").await.expect(200)["values"], json!({}));
}
