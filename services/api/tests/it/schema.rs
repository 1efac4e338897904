//! `argosy-api migrate` and `argosy-api await-schema`, as replicas of several versions run them.

use std::time::Duration;

use argosy_api::{DatabaseConfig, SchemaOptions, await_schema, migrate, migrate_patiently};
use argosy_testkit::empty_database;
use secrecy::SecretString;
use tokio::time::timeout;

/// Longer than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

fn options(url: &SecretString, wait_seconds: u64) -> SchemaOptions {
    let database =
        DatabaseConfig { database_url: Some(url.clone()), database_url_file: None, database_connections: 2 };
    SchemaOptions { database, wait_seconds }
}

#[tokio::test]
async fn a_replica_waits_for_the_schema_of_its_version() {
    let database = empty_database().await.unwrap();
    let error = await_schema(&options(&database.url, 0)).await.unwrap_err().to_string();
    assert!(error.contains("lacks the migrations [1, 2"), "{error}");

    let waiting = tokio::spawn({
        let options = options(&database.url, 600);
        async move { await_schema(&options).await }
    });
    migrate_patiently(&options(&database.url, 0)).await.unwrap();
    timeout(PATIENCE, waiting).await.expect("it waits for ever").unwrap().unwrap();
}

#[tokio::test]
async fn a_schema_of_a_later_version_serves() {
    let database = empty_database().await.unwrap();
    migrate(&database.url).await.unwrap();
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of a later version', true, '', 0)",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    migrate(&database.url).await.unwrap();
    await_schema(&options(&database.url, 0)).await.unwrap();
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_not_waited_for() {
    let database = empty_database().await.unwrap();
    let mut url: url::Url = secrecy::ExposeSecret::expose_secret(&database.url).parse().unwrap();
    url.set_path("/no-such-database");
    let wrong = SecretString::from(url.to_string());
    let error =
        timeout(PATIENCE, migrate_patiently(&options(&wrong, 600))).await.expect("it waits").unwrap_err();
    assert!(format!("{error:#}").contains("no-such-database"), "{error:#}");
}
