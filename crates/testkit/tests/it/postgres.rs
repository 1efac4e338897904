//! Databases from a template, on the three ways.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use argosy_testkit::{
    PostgresServer, TestDatabase, Way, database, empty_database, eventually, private_postgres,
};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, PgConnection};

static MIGRATIONS: AtomicUsize = AtomicUsize::new(0);

async fn migrate(url: SecretString) -> anyhow::Result<()> {
    MIGRATIONS.fetch_add(1, Ordering::Relaxed);
    let mut connection = PgConnection::connect(url.expose_secret()).await?;
    sqlx::query("create table notes (note text not null)").execute(&mut connection).await?;
    // Not closed: the kit waits for nobody's connection.
    Ok(())
}

async fn notes(database: &TestDatabase) -> i64 {
    sqlx::query_scalar("select count(*) from notes").fetch_one(&database.pool).await.unwrap()
}

#[tokio::test]
async fn each_test_has_a_migrated_database_of_its_own() {
    let (first, second) = tokio::join!(database(migrate), database(migrate));
    let (first, second) = (first.unwrap(), second.unwrap());
    sqlx::query("insert into notes values ('mine')").execute(&first.pool).await.unwrap();
    assert_eq!((notes(&first).await, notes(&second).await), (1, 0));
    assert_eq!(MIGRATIONS.load(Ordering::Relaxed), 1, "the template is migrated once");
}

#[tokio::test]
async fn a_database_is_dropped_with_its_handle() {
    let kept = empty_database().await.unwrap();
    let dropped = empty_database().await.unwrap();
    let name = dropped.name().to_owned();
    sqlx::query("select 1").execute(&dropped.pool).await.unwrap();
    drop(dropped);
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&kept.pool)
        .await
        .unwrap();
    assert!(!exists);
}

#[tokio::test]
async fn takes_a_server_that_it_is_given() {
    let running = private_postgres().await.unwrap();
    running.create_database("given").await.unwrap();
    running.create_database("argosy_test_1700000000_leftover_0").await.unwrap();

    let server = PostgresServer::start(&Way::Given(running.url("given"))).await.unwrap();
    let one = server.database(async |_| Ok(())).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i32>("select 1").fetch_one(&one.pool).await.unwrap(), 1);
    let old: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database where datname like '%leftover%'")
            .fetch_all(&one.pool)
            .await
            .unwrap();
    assert!(old.is_empty(), "what an earlier run left is swept");
}

#[tokio::test]
async fn runs_in_a_container_where_docker_answers() {
    if !argosy_testkit::docker_answers().await {
        eprintln!("skipped: no Docker engine answers");
        return;
    }
    let server = PostgresServer::start(&Way::Docker).await.unwrap();
    let database = server.database(migrate).await.unwrap();
    assert_eq!(notes(&database).await, 0);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    let nowhere = Way::Given("postgres://nobody@127.0.0.1:1/none".into());
    assert!(PostgresServer::start(&nowhere).await.is_err());
}

#[tokio::test]
async fn a_migration_that_fails_is_an_error() {
    let error = database(async |_| anyhow::bail!("no such column")).await.unwrap_err();
    assert!(format!("{error:#}").contains("no such column"), "{error:#}");
}

#[tokio::test]
async fn polls_until_a_row_is_there() {
    let database = database(migrate).await.unwrap();
    let pool = database.pool.clone();
    let writer = tokio::spawn(async move {
        sqlx::query("insert into notes values ('late')").execute(&pool).await.unwrap();
    });
    let count = eventually(Duration::from_secs(10), async || {
        let count = notes(&database).await;
        anyhow::ensure!(count > 0, "no row");
        Ok(count)
    })
    .await;
    assert_eq!(count, 1);
    writer.await.unwrap();
}
