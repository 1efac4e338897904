//! A database that is away, in both ways: it refuses, and it says nothing.

use std::time::Duration;

use argosy_testkit::eventually;
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use crate::{
    ingest::{NDJSON, message},
    support::{ALL, Api, DEADLINE, Proxy, send},
};

/// Longer than the API takes to give up.
const PATIENCE: Duration = Duration::from_secs(40);

#[tokio::test]
async fn one_that_refuses_is_said_so_and_comes_back() {
    let mut postgres = argosy_testkit::private_postgres().await.unwrap();
    let url = postgres.url("postgres");
    let api = Api::start_on(&url).await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "before"})).await.expect(201);
    postgres.kill().await.unwrap();
    let answer = admin.post("/devices", json!({"name": "during"})).await;
    assert_eq!(answer.header("retry-after"), "1");
    assert!(answer.problem(503).contains("Nothing of this request was stored"));
    postgres.start().await.unwrap();
    eventually(DEADLINE, async || {
        let answer = admin.post("/devices", json!({"name": "after"})).await;
        anyhow::ensure!(answer.status == 201, "{}", answer.text());
        Ok(())
    })
    .await;
    let page = admin.get("/devices").await.expect(200);
    let names: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|device| device["name"].clone()).collect();
    assert_eq!(names, ["after", "before"]);
}

/// As where the database's machine lost its power: connections stay open, and nothing comes.
#[tokio::test]
async fn one_that_says_nothing_is_given_up_with_its_connections() {
    let database = Api::start().await;
    let (url, proxy) = through_proxy(&database.database_url()).await;
    let api = database
        .replica_with(|config| {
            config.database.database_url = Some(url);
            config.database.database_connections = 2;
        })
        .await;
    let admin = api.client(&ALL).await;
    admin.get("/devices").await.expect(200);

    let mut lock = database.pool.begin().await.unwrap();
    sqlx::query("lock table users in access exclusive mode").execute(&mut *lock).await.unwrap();
    let asking: Vec<_> =
        (0..2).map(|_| tokio::spawn(send(admin.request(Method::GET, "/users").timeout(PATIENCE)))).collect();
    eventually(DEADLINE, async || {
        let waiting = "select count(*) from pg_locks where not granted and relation = 'users'::regclass";
        let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&database.pool).await?;
        anyhow::ensure!(waiting == 2, "{waiting} requests wait for the lock");
        Ok(())
    })
    .await;
    proxy.silence();
    lock.rollback().await.unwrap();
    for answer in asking {
        assert!(answer.await.unwrap().problem(503).contains("no answer within 25 s"));
    }
    eventually(DEADLINE, async || {
        let answer = admin.get("/devices").await;
        anyhow::ensure!(answer.status == 200, "{}", answer.text());
        Ok(())
    })
    .await;
}

/// A replica that is gone in the middle of a batch leaves its devices locked; the others must not wait for it for long.
#[tokio::test]
async fn what_a_vanished_replica_has_locked_is_free_after_seconds() {
    let database = Api::start().await;
    let (url, proxy) = through_proxy(&database.database_url()).await;
    let replica = database.replica_with(|config| config.database.database_url = Some(url)).await;
    let admin = database.client(&ALL).await;
    admin.post("/devices", json!({"name": "truck"})).await.expect(201);
    let other = replica.client(&ALL).await;

    let mut lock = database.pool.begin().await.unwrap();
    sqlx::query("lock table rollup_dirty in exclusive mode").execute(&mut *lock).await.unwrap();
    let batch = message(1, 1);
    let asking = tokio::spawn(async move { other.post_as("/ingest", NDJSON, batch).await });
    eventually(DEADLINE, async || {
        let waiting =
            "select count(*) from pg_locks where not granted and relation = 'rollup_dirty'::regclass";
        let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&database.pool).await?;
        anyhow::ensure!(waiting == 1, "{waiting} batches wait for the lock");
        Ok(())
    })
    .await;
    proxy.silence();
    lock.rollback().await.unwrap();
    let answer = admin.post_as("/ingest", NDJSON, message(1, 2)).await;
    assert_eq!(answer.expect(200)["stored"], 1);
    asking.abort();
}

/// The same database through a proxy.
async fn through_proxy(url: &SecretString) -> (SecretString, Proxy) {
    let mut url: Url = url.expose_secret().parse().unwrap();
    let target = url.socket_addrs(|| Some(5432)).unwrap()[0];
    let proxy = Proxy::start(target).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(proxy.address.port())).unwrap();
    (SecretString::from(url.to_string()), proxy)
}

/// As where a cloud changes the password: the file is written anew, and the service is not restarted.
#[tokio::test]
async fn a_password_that_changes_is_read_again() {
    let database = Api::start().await;
    let role = format!("r{}", uuid::Uuid::new_v4().simple());
    let say = async |statement: String| {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&database.pool).await.unwrap();
    };
    say(format!("create role {role} login superuser password 'first'")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database-url");
    let write = |password: &str| {
        let mut url = Url::parse(database.database_url().expose_secret()).unwrap();
        url.set_username(&role).unwrap();
        url.set_password(Some(password)).unwrap();
        std::fs::write(&file, url.as_str()).unwrap();
    };
    write("first");
    let api = database
        .replica_with(|config| {
            config.database.database_url = None;
            config.database.database_url_file = Some(file.clone());
        })
        .await;
    let admin = api.client(&ALL).await;
    admin.get("/devices").await.expect(200);

    say(format!("alter role {role} password 'second'")).await;
    say(format!("select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'")).await;
    eventually(DEADLINE, async || {
        let answer = admin.get("/devices").await;
        anyhow::ensure!(answer.status == 503, "{}", answer.text());
        Ok(())
    })
    .await;
    write("second");
    eventually(DEADLINE, async || {
        let answer = admin.get("/devices").await;
        anyhow::ensure!(answer.status == 200, "{}", answer.text());
        Ok(())
    })
    .await;
    drop(api);
    say(format!("select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'")).await;
    say(format!("drop role {role}")).await;
}
