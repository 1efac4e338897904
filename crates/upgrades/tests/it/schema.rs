//! A change of the schema that only one server has is found; partitions are made where they are missing.

use argosy_upgrades::{partitions::follow_once, schema::differences};

use crate::{database, session};

const PARTED: &str =
    "create table parted (id int, at timestamptz, primary key (id, at)) partition by range (at)";

#[tokio::test]
async fn a_partition_is_made_at_the_other_server() {
    let (old, new) = (database(PARTED).await, database(PARTED).await);
    let (mut at_old, mut at_new) = (session(&old).await, session(&new).await);
    assert!(differences(&mut at_old, &mut at_new).await.unwrap().is_empty());
    let day = "create table parted_1 partition of parted for values from ('2026-12-01') to ('2026-12-02')";
    sqlx::raw_sql(day).execute(&mut at_old).await.unwrap();
    let found = differences(&mut at_old, &mut at_new).await.unwrap();
    assert!(found.len() == 1 && found[0].starts_with("partition parted_1 FOR VALUES"), "{found:?}");
    assert_eq!(follow_once(&mut at_old, &mut at_new).await.unwrap(), ["parted_1"]);
    assert!(differences(&mut at_old, &mut at_new).await.unwrap().is_empty());
    assert!(follow_once(&mut at_old, &mut at_new).await.unwrap().is_empty());
}

#[tokio::test]
async fn each_difference_is_a_sentence_that_says_what_to_do() {
    let old = database("create table devices (id int primary key, name text, labels jsonb)").await;
    let new =
        database("create table devices (id int primary key, name text); create index on devices (name)")
            .await;
    let found = differences(&mut session(&old).await, &mut session(&new).await).await.unwrap();
    assert_eq!(
        found,
        [
            "column devices.labels jsonb: not so at the new server, make it there too",
            "CREATE INDEX devices_name_idx ON public.devices USING btree (name): at the new server alone, take it away there",
        ]
    );
}
