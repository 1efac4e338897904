//! A verdict on a real database, which is then tampered with.

use std::path::Path;

use argosy_faults::{Devices, Verdict};
use argosy_testkit::TestDatabase;
use sqlx::{Connection as _, PgConnection};

/// A database with the tables that the verdict reads, with two devices: one of ten messages, one of three and two of poison.
const TABLES: &str = "
create table fleets (id bigint primary key, name text);
create table devices (id bigint primary key, fleet_id bigint, name text);
create table readings (device_id bigint, boot bigint, seq bigint);
create table device_streams (device_id bigint, boot bigint, received int8multirange);
create table dead_letters (fleet_id bigint, device_name text, payload bytea, occurrences bigint default 1);
insert into fleets values (1, 'demo');
insert into devices values (1, 1, 'a'), (2, 1, 'b');
insert into readings select 1, 9, seq from generate_series(1, 10) seq;
insert into readings select 2, 9, seq from generate_series(1, 3) seq;
insert into device_streams values (1, 9, '{[1,11)}'), (2, 9, '{[1,4)}');
insert into dead_letters values (1, 'b', 'not json poison-9-1'), (1, 'b', '\\xfffe706f69736f6e2d392d32');
";
const LEDGER: &str = "demo a 9 1 4\ndemo a 9 3 9\ndemo b 9 1 3\ndemo b 9 1 2 poison\n";

async fn verdict(tampering: &'static str) -> Verdict {
    verdict_of(Devices::All, tampering).await
}

async fn verdict_of(devices: Devices<'_>, tampering: &'static str) -> Verdict {
    let database: TestDatabase = argosy_testkit::database(async |url| {
        use secrecy::ExposeSecret as _;
        let mut session = PgConnection::connect(url.expose_secret()).await?;
        sqlx::raw_sql(TABLES).execute(&mut session).await?;
        Ok(session.close().await?)
    })
    .await
    .unwrap();
    sqlx::raw_sql(tampering).execute(&database.pool).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    std::fs::write(&ledger, LEDGER).unwrap();
    let ledgers: [&Path; 1] = [&ledger];
    let mut session = database.pool.acquire().await.unwrap();
    // Twice on one session, as it is asked until everything has settled.
    Verdict::reach(&mut session, &ledgers, devices).await.unwrap();
    Verdict::reach(&mut session, &ledgers, devices).await.unwrap()
}

#[tokio::test]
async fn what_is_right_is_found_right() {
    let verdict = verdict("select 1").await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!((verdict.acknowledged, verdict.stored, verdict.poison, verdict.letters), (12, 13, 2, 2));
    assert!(verdict.differences.is_empty());
}

#[tokio::test]
async fn a_missing_row_is_found() {
    let verdict = verdict("delete from readings where device_id = 1 and seq in (2, 3)").await;
    assert_eq!((verdict.missing, verdict.doubled, verdict.unaccounted), (2, 0, 2), "{verdict:?}");
    let missing = verdict.differences.iter().find(|difference| difference.what == "missing").unwrap();
    assert_eq!((missing.device.as_str(), missing.boot, missing.first, missing.count), ("a", 9, 2, 2));
    assert_eq!(missing.numbers, "{[2,4)}");
    assert!(!verdict.is_good());
}

#[tokio::test]
async fn a_device_has_a_verdict_of_its_own() {
    let tampering = "delete from readings where device_id = 1 and seq in (2, 3)";
    let counts = |verdict: Verdict| (verdict.acknowledged, verdict.stored, verdict.missing);
    assert_eq!(counts(verdict_of(Devices::Only("a"), tampering).await), (9, 8, 2));
    assert_eq!(counts(verdict_of(Devices::Except("a"), tampering).await), (3, 3, 0));
}

#[tokio::test]
async fn a_message_that_neither_knows_is_found() {
    let tampering =
        "delete from readings where device_id = 2; delete from device_streams where device_id = 2";
    let verdict = verdict(tampering).await;
    assert_eq!((verdict.missing, verdict.unaccounted), (3, 0), "{verdict:?}");
}

#[tokio::test]
async fn a_doubled_row_is_found() {
    let verdict = verdict("insert into readings values (2, 9, 3), (2, 9, 3)").await;
    assert_eq!((verdict.missing, verdict.doubled, verdict.unaccounted), (0, 2, 0), "{verdict:?}");
    assert!(!verdict.is_good());
}

#[tokio::test]
async fn a_row_that_no_account_knows_is_found_and_the_other_way_round() {
    let unknown =
        verdict("update device_streams set received = received - '{[10,11)}' where device_id = 1").await;
    assert_eq!((unknown.missing, unknown.unaccounted), (0, 1), "{unknown:?}");
    assert!(!unknown.is_good());
    let claimed = verdict("delete from readings where seq = 10").await;
    assert_eq!((claimed.missing, claimed.unaccounted), (0, 1), "{claimed:?}");
}

#[tokio::test]
async fn a_refusal_that_is_no_dead_letter_is_found_and_one_that_should_not_be() {
    let lost = verdict("delete from dead_letters where payload like 'not json%'").await;
    assert_eq!((lost.unrefused, lost.poison), (1, 2), "{lost:?}");
    assert!(!lost.is_good());
    let wrong = verdict("insert into dead_letters values (1, 'a', '{\"boot\":9}')").await;
    assert_eq!(wrong.wrongly_refused, 1, "{wrong:?}");
    assert!(!wrong.is_good());
}
