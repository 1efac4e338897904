//! Databases of Redis, on the three ways.

use argosy_testkit::{RedisServer, TestRedis, Way, private_redis, redis};
use secrecy::ExposeSecret as _;

async fn set(database: &TestRedis, value: &str) {
    let mut connection = connect(database).await;
    redis::cmd("SET").arg("key").arg(value).exec_async(&mut connection).await.unwrap();
}

async fn get(database: &TestRedis) -> Option<String> {
    redis::cmd("GET").arg("key").query_async(&mut connect(database).await).await.unwrap()
}

async fn connect(database: &TestRedis) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(database.url.expose_secret()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

#[tokio::test]
async fn tests_do_not_see_each_other() {
    let (first, second) = (redis().await.unwrap(), redis().await.unwrap());
    set(&first, "mine").await;
    assert_eq!(get(&first).await.as_deref(), Some("mine"));
    assert_eq!(get(&second).await, None);
}

#[tokio::test]
async fn takes_a_server_that_it_is_given() {
    let running = private_redis().await.unwrap();
    let server = RedisServer::start(&Way::Given(running.url())).await.unwrap();
    let database = server.database().await.unwrap();
    set(&database, "given").await;
    assert_eq!(get(&database).await.as_deref(), Some("given"));
}

#[tokio::test]
async fn runs_in_a_container_where_docker_answers() {
    if !argosy_testkit::docker_answers().await {
        eprintln!("skipped: no Docker engine answers");
        return;
    }
    let server = RedisServer::start(&Way::Docker).await.unwrap();
    let database = server.database().await.unwrap();
    set(&database, "contained").await;
    assert_eq!(get(&database).await.as_deref(), Some("contained"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    assert!(RedisServer::start(&Way::Given("redis://127.0.0.1:1".into())).await.is_err());
}
