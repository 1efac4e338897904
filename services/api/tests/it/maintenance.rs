//! Retention, partitions ahead, and that one replica alone looks after them.

use argosy_testkit::eventually;
use chrono::{Duration, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    ingest::{ingest, line_of},
    support::{ALL, Api, DEADLINE},
};

/// A moment so many days ago, in milliseconds.
fn days_ago(days: i64) -> i64 {
    (Utc::now() - Duration::days(days)).timestamp_millis()
}

async fn count(pool: &PgPool, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(pool).await.unwrap()
}

async fn has_table(pool: &PgPool, name: &str) -> bool {
    sqlx::query_scalar("select to_regclass($1) is not null").bind(name).fetch_one(pool).await.unwrap()
}

fn partition(days_ahead: i64) -> String {
    (Utc::now() + Duration::days(days_ahead)).format("readings_%Y%m%d").to_string()
}

#[tokio::test]
async fn partitions_are_made_ahead() {
    let api = Api::start().await;
    eventually(DEADLINE, async || {
        for ahead in 0..=3 {
            anyhow::ensure!(has_table(&api.pool, &partition(ahead)).await, "{ahead} days ahead is missing");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_a_fleets_retention_ends_is_dropped_or_deleted() {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    client.post("/fleets", json!({"name": "north"})).await.expect(201);
    for fleet in ["demo", "north"] {
        client.post(&format!("/devices?fleet={fleet}"), json!({"name": "truck"})).await.expect(201);
        let points: Vec<_> =
            [60, 20, 1].iter().map(|days| json!({"ts": days_ago(*days), "values": {"a": 1}})).collect();
        let line = line_of(&format!("v1/{fleet}/truck/telemetry"), &json!({"points": points}));
        let stored = ingest(&api.client_of(fleet, &ALL).await, &line).await;
        assert_eq!(stored["stored"], 1, "{stored}");
    }
    eventually(DEADLINE, async || {
        anyhow::ensure!(
            count(&api.pool, "select count(*) from rollups").await == 6,
            "minutes are not rolled up"
        );
        Ok(())
    })
    .await;
    client.patch("/fleets/demo", Some("\"1\""), json!({"retention_days": 30})).await.expect(200);
    client.patch("/fleets/north", Some("\"1\""), json!({"retention_days": 10})).await.expect(200);
    let pool = api.pool.clone();
    // Maintenance begins with a round, so another replica that takes over does one now.
    let replica = api.replica_with(|_| {}).await;
    drop(api);
    eventually(DEADLINE, async || {
        anyhow::ensure!(!has_table(&pool, &partition(-60)).await, "the oldest day is there");
        let left = count(&pool, "select count(*) from readings").await;
        anyhow::ensure!(left == 3, "{left} readings are left: demo has two, and north one");
        // What is answered in buckets comes from these, and must not outlive its rows.
        let left = count(&pool, "select count(*) from rollups").await;
        anyhow::ensure!(left == 3, "{left} rollups are left");
        Ok(())
    })
    .await;
    assert!(has_table(&pool, &partition(-20)).await, "demo keeps that day");
    drop(replica);
}

/// Who holds the lock of maintenance; there are other advisory locks.
const HOLDERS: &str = "select count(*), coalesce(max(pid), 0)::bigint from pg_locks
    where locktype = 'advisory' and granted and (classid::bigint << 32) | objid::bigint = hashtextextended('argosy.maintenance', 0)
        and database = (select oid from pg_database where datname = current_database())";

async fn holders(pool: &PgPool) -> (i64, i64) {
    sqlx::query_as(HOLDERS).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn one_replica_does_it_and_another_takes_over() {
    let api = Api::start().await;
    let replica = api.replica_with(|_| {}).await;
    let pool = api.pool.clone();
    let first = eventually(DEADLINE, async || {
        let (holders, pid) = holders(&pool).await;
        anyhow::ensure!(holders == 1, "{holders} replicas lead");
        Ok(pid)
    })
    .await;
    // A leader whose connection is cut leads no more, and says so by its lock.
    sqlx::query("select pg_terminate_backend($1)")
        .bind(i32::try_from(first).unwrap())
        .execute(&pool)
        .await
        .unwrap();
    eventually(DEADLINE, async || {
        let (holders, pid) = holders(&pool).await;
        anyhow::ensure!(holders == 1 && pid != first, "nobody took over");
        Ok(())
    })
    .await;
    drop(replica);
}
