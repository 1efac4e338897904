//! PostgreSQL keeps what was committed, through every end.

use std::{
    os::unix::fs::{MetadataExt as _, PermissionsExt},
    time::Duration,
};

use argosy_backends::{Error, Postgres, free_port};
use argosy_testkit::{eventually, private_postgres};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};

use crate::{is_root, user_of};

async fn connect(postgres: &Postgres) -> PgConnection {
    PgConnection::connect(postgres.url("postgres").expose_secret()).await.unwrap()
}

async fn insert(connection: &mut PgConnection, note: &str) {
    sqlx::query("insert into notes values ($1)").bind(note).execute(connection).await.unwrap();
}

async fn notes(postgres: &Postgres) -> Vec<String> {
    let mut connection = connect(postgres).await;
    sqlx::query_scalar("select note from notes order by note").fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn keeps_what_was_committed() {
    let mut postgres = private_postgres().await.unwrap();
    let mut connection = connect(&postgres).await;
    sqlx::query("create table notes (note text not null)").execute(&mut connection).await.unwrap();
    insert(&mut connection, "before the stop").await;
    // The session is still open, and holds nothing up.
    postgres.stop().await.unwrap();
    assert!(!postgres.is_running());
    assert!(sqlx::query("select 1").execute(&mut connection).await.is_err());

    postgres.start().await.unwrap();
    let mut connection = connect(&postgres).await;
    insert(&mut connection, "just before the crash").await;
    postgres.kill().await.unwrap();
    assert!(sqlx::query("select 1").execute(&mut connection).await.is_err());

    postgres.start().await.unwrap();
    assert_eq!(notes(&postgres).await, ["before the stop", "just before the crash"]);
    // Starting what runs already, or ending what does not, changes nothing.
    postgres.start().await.unwrap();
    postgres.stop().await.unwrap();
    postgres.stop().await.unwrap();
    postgres.kill().await.unwrap();
}

#[tokio::test]
async fn a_later_owner_finds_the_data() {
    let parent = tempfile::tempdir().unwrap();
    std::fs::set_permissions(parent.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let folder = parent.path().join("postgres");
    let prepare = || Postgres::prepare(&folder, free_port().unwrap(), true);

    let mut postgres = prepare().unwrap();
    // Half of what an interrupted first start had made.
    std::fs::create_dir(postgres.folder().join("data.new")).unwrap();
    std::fs::write(postgres.folder().join("data.new/PG_VERSION"), "15\n").unwrap();
    postgres.start().await.unwrap();
    assert!(matches!(prepare(), Err(Error::InUse { .. })), "one owner at a time");
    let mut connection = connect(&postgres).await;
    sqlx::query("create table notes (note text not null)").execute(&mut connection).await.unwrap();
    insert(&mut connection, "mine").await;
    // Nobody waits for its end; the next owner does.
    drop(postgres);

    let mut postgres = prepare().unwrap();
    postgres.start().await.unwrap();
    assert_eq!(notes(&postgres).await, ["mine"]);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_takes_its_busy_sessions_along() {
    let mut postgres = private_postgres().await.unwrap();
    let mut busy = connect(&postgres).await;
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut busy).await.unwrap();
    let query = tokio::spawn(async move { sqlx::query("select pg_sleep(600)").execute(&mut busy).await });
    postgres.kill().await.unwrap();
    assert!(!crate::is_alive(pid));
    assert!(query.await.unwrap().is_err());
    postgres.start().await.unwrap();
}

#[tokio::test]
async fn a_paused_server_answers_nothing_until_it_goes_on() {
    let mut postgres = private_postgres().await.unwrap();
    let mut open = connect(&postgres).await;
    postgres.pause().unwrap();
    let answer = async {
        let one: i32 = sqlx::query_scalar("select 1").fetch_one(&mut open).await.unwrap();
        one
    };
    let mut answer = Box::pin(answer);
    assert!(tokio::time::timeout(Duration::from_millis(500), &mut answer).await.is_err());
    let url = postgres.url("postgres");
    let new = PgConnection::connect(url.expose_secret());
    assert!(tokio::time::timeout(Duration::from_millis(500), new).await.is_err());
    postgres.resume().unwrap();
    assert_eq!(tokio::time::timeout(Duration::from_secs(10), answer).await.unwrap(), 1);

    // One that is paused can be stopped all the same.
    postgres.pause().unwrap();
    postgres.stop().await.unwrap();
    postgres.start().await.unwrap();
}

#[tokio::test]
async fn the_lock_of_a_crashed_server_does_not_stop_the_next() {
    let mut postgres = private_postgres().await.unwrap();
    postgres.kill().await.unwrap();
    // Its number belongs to another program by now: this one.
    let lock = postgres.folder().join("data/postmaster.pid");
    let text = std::fs::read_to_string(&lock).unwrap();
    let rest: Vec<&str> = text.lines().skip(1).collect();
    std::fs::write(&lock, format!("{}\n{}\n", std::process::id(), rest.join("\n"))).unwrap();
    postgres.start().await.unwrap();
    connect(&postgres).await.ping().await.unwrap();
}

#[tokio::test]
async fn runs_as_an_unprivileged_user_with_closed_files() {
    let mut postgres = private_postgres().await.unwrap();
    let user = user_of(postgres.process().unwrap().id());
    if is_root() {
        assert_ne!(user, "0");
    }
    let folder = postgres.folder().metadata().unwrap();
    assert_eq!((folder.uid().to_string(), folder.mode() & 0o777), (user, 0o700));
    let password = postgres.folder().join("password").metadata().unwrap();
    assert_eq!(password.mode() & 0o777, 0o600);
}

#[tokio::test]
async fn nobody_enters_without_the_password() {
    let postgres = private_postgres().await.unwrap();
    let url = postgres.url("postgres");
    let port = port_of(url.expose_secret());
    let refused = PgConnection::connect(&format!("postgres://argosy:guess@127.0.0.1:{port}/postgres")).await;
    assert!(refused.unwrap_err().to_string().contains("password"));
}

#[tokio::test]
async fn makes_databases_once() {
    let postgres = private_postgres().await.unwrap();
    for _ in 0..2 {
        postgres.create_database("a \"quoted\" name's").await.unwrap();
    }
    let mut connection = connect(&postgres).await;
    let locale: (String, String) = sqlx::query_as(
        "select pg_encoding_to_char(encoding), datcollate from pg_database where datname = $1",
    )
    .bind("a \"quoted\" name's")
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(locale, ("UTF8".into(), "C".into()));
}

#[tokio::test]
async fn data_of_another_version_is_an_error_that_says_so() {
    let mut postgres = private_postgres().await.unwrap();
    postgres.stop().await.unwrap();
    let version = postgres.folder().join("data/PG_VERSION");
    std::fs::write(&version, "9\n").unwrap();
    // The folder is held: a copy of its version is enough.
    let other = tempfile::tempdir().unwrap();
    let data = other.path().join("pg/data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::copy(&version, data.join("PG_VERSION")).unwrap();
    std::fs::set_permissions(other.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let error = Postgres::prepare(&other.path().join("pg"), 1, true).unwrap_err();
    assert!(matches!(error, Error::OtherVersion { version: 9, .. }), "{error}");
}

#[tokio::test]
async fn a_temporary_server_leaves_nothing_behind() {
    let mut running = private_postgres().await.unwrap();
    let mut stopped = private_postgres().await.unwrap();
    stopped.stop().await.unwrap();
    let pid = running.process().unwrap().id();
    let folders = [running.folder().to_owned(), stopped.folder().to_owned()];
    drop((running, stopped));
    eventually(Duration::from_secs(30), async || {
        anyhow::ensure!(!crate::is_alive(pid), "the server still runs");
        anyhow::ensure!(folders.iter().all(|folder| !folder.exists()), "a folder is still there");
        Ok(())
    })
    .await;
}

/// The port of `...@127.0.0.1:<port>/...`.
fn port_of(url: &str) -> u16 {
    url.rsplit_once(':').unwrap().1.split('/').next().unwrap().parse().unwrap()
}
