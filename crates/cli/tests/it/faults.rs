//! What was acknowledged is in the database, once, whatever is killed or stands still meanwhile.

use std::time::Duration;

use serde_json::Value;
use sqlx::Row as _;
use tokio::process::Command;

use crate::stack::Stack;

#[tokio::test]
async fn kills_and_a_standing_database_lose_and_double_nothing() {
    let stack = Stack::start(&["--no-simulator"]).await;
    let simulate = simulator(&stack, "run")
        .args(["--devices", "50", "--rate", "5", "--duration", "20s", "--duplicates", "0.02"])
        .arg("--state")
        .arg(stack.file("devices"))
        .env("ARGOSY_MQTT_URL", format!("mqtts://localhost:{}", stack.mqtt_port))
        .env("ARGOSY_MQTT_CA", stack.file("ca.pem"))
        .spawn()
        .unwrap();
    let pause = async |seconds| tokio::time::sleep(Duration::from_secs(seconds)).await;
    pause(4).await;
    stack.pause_postgres(Duration::from_secs(4)).await;
    for part in ["ingest", "api", "ingest"] {
        pause(3).await;
        stack.kill(part).await;
    }
    let output = simulate.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let verify = simulator(&stack, "verify").output().await.unwrap();
    let verdict: Value = serde_json::from_slice(&verify.stdout).unwrap();
    assert!(verify.status.success(), "{verdict}");
    let acknowledged = verdict["acknowledged"].as_i64().unwrap();
    assert!(acknowledged > 4_000, "{verdict}");

    // The same by PostgreSQL alone: everything acknowledged is a row, and no row is there twice.
    let counts = stack.sql("select count(*), count(distinct (device_id, boot, seq)) from readings").await;
    let (rows, messages): (i64, i64) = (counts[0].get(0), counts[0].get(1));
    assert!(
        rows == messages && rows >= acknowledged,
        "{rows} rows of {messages} messages, {acknowledged} acknowledged"
    );
}

fn simulator(stack: &Stack, command: &str) -> Command {
    let mut simulator = Command::new(Stack::program("argosy-simulator"));
    simulator
        .arg(command)
        .arg("--ledger")
        .arg(stack.file("test.ledger"))
        .arg("--json")
        .env("ARGOSY_API_URL", format!("https://localhost:{}", stack.api_port))
        .env("ARGOSY_API_CA", stack.file("ca.pem"))
        .env("ARGOSY_API_TOKEN_FILE", stack.file("token"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    simulator
}
