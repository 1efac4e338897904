//! `argosy up`, `status`, `logs` and `down`.

use std::{net::TcpListener, os::unix::fs::PermissionsExt as _, time::Duration};

use argosy_testkit::eventually;
use sqlx::Row as _;

use crate::stack::Stack;

#[tokio::test]
async fn everything_runs_and_everything_stops() {
    let stack = Stack::start(&["--devices", "5"]).await;
    let status = stack.status().await;
    assert_eq!(status["ready"], true);
    let names: Vec<_> =
        status["parts"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["postgres", "redis", "api", "broker", "ingest", "webapp", "simulator"]);
    for file in ["token", "password", "ca.pem", "secrets/ca-key.pem", "secrets/seal-key", "state.json"] {
        let mode = stack.file(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    eventually(Duration::from_secs(20), async || {
        let overview = stack.client().read_overview().await?;
        anyhow::ensure!(overview.online == 5, "{} are online", overview.online);
        Ok(())
    })
    .await;
    for part in names {
        let logs = stack.argosy(&["logs", part]).await;
        assert!(logs.status.success(), "{part}: {}", String::from_utf8_lossy(&logs.stderr));
    }
    let unknown = stack.argosy(&["logs", "nonsense"]).await;
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("parts are postgres, redis"));

    let second = stack.try_up(&[]).await;
    assert!(String::from_utf8_lossy(&second.stderr).contains("argosy runs already"));

    let pids: Vec<i64> =
        status["parts"].as_array().unwrap().iter().map(|part| part["pid"].as_i64().unwrap()).collect();
    let down = stack.argosy(&["down"]).await;
    assert!(down.status.success(), "{}", String::from_utf8_lossy(&down.stderr));
    for pid in pids {
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "{pid} still runs");
    }
    assert_eq!(stack.status().await["parts"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_second_start_keeps_data_and_identities() {
    let stack = Stack::start(&["--devices", "3", "--rate", "5"]).await;
    let stored = async || -> i64 { stack.sql("select count(*) from readings").await[0].get(0) };
    eventually(Duration::from_secs(20), async || {
        anyhow::ensure!(stored().await > 0, "nothing is stored");
        Ok(())
    })
    .await;
    let identities = || ["token", "password", "ca.pem", "secrets/device-ca.pem"].map(|name| stack.text(name));
    let before = identities();
    assert!(stack.argosy(&["down"]).await.status.success());
    let started = std::time::Instant::now();
    stack.up(&["--devices", "3", "--rate", "5"]).await;
    assert_eq!(identities(), before);
    let kept = stored().await;
    assert!(kept > 0);
    eventually(Duration::from_secs(10), async || {
        anyhow::ensure!(stored().await > kept, "no new reading");
        Ok(())
    })
    .await;
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_option_that_changes_it() {
    let stack = Stack::new();
    let _taken = TcpListener::bind(("0.0.0.0", stack.api_port)).unwrap();
    let output = stack.try_up(&[]).await;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains(&format!("port {} (the API) is taken", stack.api_port)), "{text}");
    assert!(text.contains("--api-port"), "{text}");
}

#[tokio::test]
async fn where_nothing_runs_commands_say_so() {
    let stack = Stack::new();
    let status = stack.argosy(&["status"]).await;
    assert!(String::from_utf8_lossy(&status.stdout).contains("nothing runs in"));
    let down = stack.argosy(&["down"]).await;
    assert!(down.status.success() && String::from_utf8_lossy(&down.stderr).contains("nothing runs in"));
}
