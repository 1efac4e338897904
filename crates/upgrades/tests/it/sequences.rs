//! A sequence that was not carried is found before it gives a number twice.

use argosy_upgrades::sequences::{carry, collisions};

use crate::{database, session};

const TABLES: &str = "create table devices (id bigint generated always as identity primary key, name text);
    create table letters (id serial primary key, note text)";

#[tokio::test]
async fn numbers_are_nobodys_only_after_sequences_were_carried() {
    let (old, new) = (database(TABLES).await, database(TABLES).await);
    let (mut at_old, mut at_new) = (session(&old).await, session(&new).await);
    let rows = "insert into devices (name) select 'truck' from generate_series(1, 30)";
    sqlx::raw_sql(rows).execute(&mut at_old).await.unwrap();
    // As replication brings them: with their numbers.
    let copied = "insert into devices (id, name) overriding system value select id, 'truck' from generate_series(1, 30) id";
    sqlx::raw_sql(copied).execute(&mut at_new).await.unwrap();
    let (drawn, found) = collisions(&mut at_new).await.unwrap();
    assert_eq!((drawn, found), (2, vec!["devices_id_seq gives 1, and devices has 30 already".to_owned()]));
    assert_eq!(carry(&mut at_old, &mut at_new).await.unwrap(), 1);
    assert_eq!(collisions(&mut at_new).await.unwrap(), (2, Vec::new()));
}
