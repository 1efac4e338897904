//! A taken port is an error that names it.

use std::{net::TcpListener, os::unix::fs::PermissionsExt as _, path::PathBuf};

use argosy_backends::{Broker, BrokerOptions, Error, Postgres, Redis};
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    std::fs::set_permissions(parent.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let folder = parent.path().join("server");
    (parent, folder)
}

#[tokio::test]
async fn every_server_names_the_port_that_is_taken() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let options = BrokerOptions { tls: None, plain: Some(port) };
    let (folders, mut errors) = ([folder(), folder(), folder()], Vec::new());
    errors.push(Postgres::prepare(&folders[0].1, port, false).unwrap().start().await.unwrap_err());
    errors.push(Redis::prepare(&folders[1].1, port).unwrap().start().await.unwrap_err());
    errors.push(Broker::prepare(&folders[2].1, &options).unwrap().start().await.unwrap_err());
    for (error, name) in errors.iter().zip(["PostgreSQL", "Redis", "Mosquitto"]) {
        assert!(matches!(error, Error::PortTaken { .. }), "{error}");
        assert_eq!(error.to_string(), format!("port {port}, wanted for {name}, is taken by another program"));
    }
}

#[tokio::test]
async fn a_broker_without_a_listener_is_refused() {
    let (_parent, folder) = folder();
    assert!(matches!(Broker::prepare(&folder, &BrokerOptions::default()), Err(Error::Options(_))));
}

#[tokio::test]
async fn a_server_that_fails_says_the_end_of_its_log() {
    let (_parent, folder) = folder();
    let port = argosy_backends::free_port().unwrap();
    let mut redis = Redis::prepare(&folder, port).unwrap();
    std::fs::write(folder.join("redis.conf"), "no-such-setting yes\n").unwrap();
    let error = redis.start().await.unwrap_err().to_string();
    assert!(error.contains("Redis ended") && error.contains("no-such-setting"), "{error}");
}
