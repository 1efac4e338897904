//! Redis comes back empty, asks for its password, and holds its connections while it is paused.

use std::time::Duration;

use argosy_testkit::private_redis;
use secrecy::ExposeSecret as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection that speaks inline commands.
struct Client(TcpStream);

impl Client {
    /// `redis://:<password>@<host>:<port>`, with or without giving the password.
    async fn connect(url: &str, with_password: bool) -> Self {
        let (password, address) = url.strip_prefix("redis://:").unwrap().split_once('@').unwrap();
        let mut client = Self(TcpStream::connect(address).await.unwrap());
        if with_password {
            assert_eq!(client.ask(&format!("AUTH {password}")).await, "+OK");
        }
        client
    }

    async fn ask(&mut self, command: &str) -> String {
        self.0.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        let mut answer = [0_u8; 256];
        let length = self.0.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..length]).trim().to_owned()
    }
}

#[tokio::test]
async fn keeps_nothing_and_comes_back() {
    let mut redis = private_redis().await.unwrap();
    let url = redis.url();
    let mut client = Client::connect(url.expose_secret(), true).await;
    assert_eq!(client.ask("SET key value").await, "+OK");
    assert_eq!(client.ask("SELECT 1023").await, "+OK");

    for crash in [false, true] {
        if crash {
            redis.kill().await.unwrap();
        } else {
            redis.stop().await.unwrap();
        }
        assert!(!redis.is_running());
        redis.start().await.unwrap();
        let mut client = Client::connect(url.expose_secret(), true).await;
        assert_eq!(client.ask("EXISTS key").await, ":0");
    }
}

#[tokio::test]
async fn nobody_enters_without_the_password() {
    let redis = private_redis().await.unwrap();
    let mut client = Client::connect(redis.url().expose_secret(), false).await;
    assert!(client.ask("GET key").await.starts_with("-NOAUTH"));
}

#[tokio::test]
async fn a_paused_server_answers_when_it_goes_on() {
    let mut redis = private_redis().await.unwrap();
    let mut client = Client::connect(redis.url().expose_secret(), true).await;
    redis.pause().unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(300), client.ask("PING")).await.is_err());
    redis.resume().unwrap();
    let mut answer = [0_u8; 7];
    tokio::time::timeout(Duration::from_secs(5), client.0.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
}
