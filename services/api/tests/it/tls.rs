//! PostgreSQL and Redis as clouds have them: by TLS, with an authority that has to be named.

use std::path::PathBuf;

use argosy_api::Config;
use argosy_testkit::{Ca, Logs, eventually, private_postgres_with_tls, private_redis_with_tls};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    ingest::{ingest, line_of},
    support::{ALL, Api, DEADLINE},
};

/// An authority, and its certificate in a file.
struct Authority {
    ca: Ca,
    file: PathBuf,
    _folder: TempDir,
}

fn authority(name: &str) -> Authority {
    let (ca, folder) = (Ca::new(name).unwrap(), tempfile::tempdir().unwrap());
    Authority { file: ca.write(folder.path()).unwrap(), ca, _folder: folder }
}

fn with_redis(url: SecretString, ca: &Authority) -> impl FnOnce(&mut Config) + use<> {
    let ca = ca.file.clone();
    move |config| {
        config.limits.requests_per_minute = 1_000;
        config.redis.redis_url = Some(url);
        config.redis.redis_ca = Some(ca);
    }
}

#[tokio::test]
async fn replicas_count_together_in_a_redis_that_listens_by_tls_alone() {
    argosy_runtime::crypto::install();
    let ours = authority("ours");
    let redis = private_redis_with_tls(&ours.ca.server().unwrap()).await.unwrap();
    let url = redis.url();
    assert!(url.expose_secret().starts_with("rediss://argosy:"), "a user with a name");
    let api = Api::start_with(with_redis(url.clone(), &ours)).await;
    let replica = api.replica_with(with_redis(url, &ours)).await;
    let client = api.client(&ALL).await;
    let remaining = async |url: &str| -> u32 {
        client.at(url).get("/devices").await.header("ratelimit-remaining").parse().unwrap()
    };
    eventually(DEADLINE, async || {
        let (here, there) = (remaining(&api.url).await, remaining(&replica.url).await);
        anyhow::ensure!(there < here, "{here} here, {there} there");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_redis_whose_authority_is_another_is_refused_and_the_log_says_why() {
    argosy_runtime::crypto::install();
    let (ours, other) = (authority("ours"), authority("another"));
    let redis = private_redis_with_tls(&other.ca.server().unwrap()).await.unwrap();
    let logs = Logs::capture();
    let api = Api::start_with(with_redis(redis.url(), &ours)).await;
    let client = api.client(&ALL).await;
    client.post("/devices", json!({"name": "truck"})).await.expect(201);
    eventually(DEADLINE, async || {
        // It answers without Redis all the while. What is committed is handed over more patiently than a request waits.
        client.get("/devices").await.expect(200);
        ingest(&client, &line_of("v1/demo/truck/telemetry", &json!({"speed": 1}))).await;
        anyhow::ensure!(logs.contains("invalid peer certificate: UnknownIssuer"), "{}", logs.text());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_database_is_reached_by_tls_and_its_authority_is_asked_for() {
    argosy_runtime::crypto::install();
    let (ours, other) = (authority("ours"), authority("another"));
    let postgres = private_postgres_with_tls(&ours.ca.server().unwrap()).await.unwrap();
    let url = |ca: &Authority| -> SecretString {
        let url = postgres.url("postgres");
        format!("{}?sslmode=verify-full&sslrootcert={}", url.expose_secret(), ca.file.display()).into()
    };
    let refused = argosy_api::migrate(&url(&other)).await.unwrap_err();
    assert!(format!("{refused:#}").contains("invalid peer certificate: UnknownIssuer"), "{refused:#}");
    let api = Api::start_on(&url(&ours)).await;
    api.client(&ALL).await.get("/devices").await.expect(200);
    let (sessions, encrypted): (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where ssl) from pg_stat_activity join pg_stat_ssl using (pid)
         where application_name = 'argosy-api'",
    )
    .fetch_one(&api.pool)
    .await
    .unwrap();
    assert!(sessions > 0 && sessions == encrypted, "{encrypted} of {sessions}");
}
