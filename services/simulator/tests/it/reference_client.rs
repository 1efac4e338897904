//! docs/examples/device.py does what docs/device-protocol.md says.

use std::{path::Path, process::Stdio};

use argosy_simulator::{Ledger, Ranges};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{DEADLINE, Stack, run};

/// The client, with certificate and ledger of the device `demo/truck-0001`.
fn client(stack: &Stack, more: &str) -> Command {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let identity = stack.file("state").join("demo/truck-0001.pem");
    let mut command = Command::new(repository.join("scripts/tool"));
    command.arg("device-python").arg(repository.join("docs/examples/device.py"));
    command.args(["--broker", stack.tls_address(), "--device", "demo/truck-0001"]);
    command.arg("--ca").arg(stack.file("ca.pem"));
    command.arg("--certificate").arg(&identity).arg("--key").arg(&identity);
    command.arg("--ledger").arg(stack.file("ledger"));
    command.args(more.split_whitespace()).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    command
}

async fn report(client: tokio::process::Child) -> Value {
    let output = tokio::time::timeout(DEADLINE, client.wait_with_output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_client_loses_nothing_when_the_broker_is_killed() {
    let mut stack = Stack::start().await;
    // A fleet of one registers the device, and leaves its certificate.
    let before = run(stack.tls("--devices 1 --rate 5 --duration 1s")).await;
    // The first use installs the library, which is no part of the schedule below.
    report(client(&stack, "--count 1 --rate 1").spawn().unwrap()).await;
    let device = client(&stack, "--count 160 --rate 20 --patience 3 --grace 40").spawn().unwrap();
    stack.kill_broker_without_ingest().await;
    let report = report(device).await;
    let counts =
        ["made", "receipted", "refused", "dropped", "without_receipt"].map(|name| report[name].clone());
    assert_eq!(counts, [160, 160, 0, 0, 0].map(|count| json!(count)), "{report}");
    assert!(report["sent"].as_i64() > Some(160) && report["connections"].as_i64() > Some(1), "{report}");
    // Nothing of it is believed: the rows are counted.
    let query = "select count(*) from readings group by boot order by 1 desc limit 1";
    assert_eq!(stack.count(query).await, 160);
    let receipted = Ledger::read(&stack.file("ledger")).unwrap().values().map(Ranges::count).max();
    assert_eq!(receipted, Some(160));
    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(u64::try_from(verdict.acknowledged), Ok(161 + before.acknowledged));
}
