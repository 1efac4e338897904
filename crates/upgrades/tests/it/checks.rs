//! What is in the way of an upgrade is named, and what to do about it.

use argosy_upgrades::checks::{give_identity, obstacles, tables_without_identity};

use crate::{database, session};

#[tokio::test]
async fn everything_that_is_not_carried_is_named() {
    let old = database(
        "create table keyed (id int primary key);
         create table nameless (note text);
         create table parted (at date) partition by range (at);
         create table parted_2026 partition of parted for values from ('2026-01-01') to ('2027-01-01');
         create unlogged table passing (id int primary key);
         create materialized view summed as select count(*) from keyed;
         select lo_create(4711);
         create extension pg_trgm",
    )
    .await;
    let new = database("create table left_over (id int primary key)").await;
    let found = obstacles(&mut session(&old).await, &mut session(&new).await).await.unwrap();
    for begin in [
        "nameless, parted: without a primary key",
        "passing: an unlogged table is not replicated",
        "1 large objects: ",
        "summed: materialized views",
        "the new server has 1 tables already",
    ] {
        assert!(found.iter().any(|sentence| sentence.starts_with(begin)), "{begin} is not in {found:#?}");
    }
    assert!(
        found.iter().all(|sentence| !sentence.contains("keyed") && !sentence.contains("pg_trgm")),
        "{found:#?}"
    );
}

#[tokio::test]
async fn tables_get_an_identity_with_all_their_partitions() {
    let old = database(
        r#"create table "Odd name" (note text);
         create table parted (at date) partition by range (at);
         create table parted_2026 partition of parted for values from ('2026-01-01') to ('2027-01-01')"#,
    )
    .await;
    let mut session = session(&old).await;
    give_identity(&mut session).await.unwrap();
    assert!(tables_without_identity(&mut session).await.unwrap().is_empty());
    // A new partition has not what its table has.
    let more =
        "create table parted_2027 partition of parted for values from ('2027-01-01') to ('2028-01-01')";
    sqlx::raw_sql(more).execute(&mut session).await.unwrap();
    assert_eq!(tables_without_identity(&mut session).await.unwrap(), ["parted"]);
    give_identity(&mut session).await.unwrap();
    assert!(tables_without_identity(&mut session).await.unwrap().is_empty());
}
