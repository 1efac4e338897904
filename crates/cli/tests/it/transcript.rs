//! docs/connect-a-device.md works as written.

use std::{fmt::Write as _, os::unix::fs::symlink, path::Path, process::Stdio};

use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::stack::Stack;

#[tokio::test]
async fn connecting_a_device_works_as_written() {
    let stack = Stack::start(&["--no-simulator"]).await;
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let page = std::fs::read_to_string(repository.join("docs/connect-a-device.md")).unwrap();
    // Nothing but the ports differs from what a person types.
    let (api, mqtt) = (stack.api_port.to_string(), stack.mqtt_port.to_string());
    let mut script = String::from("set -euxo pipefail\n");
    for (number, block) in blocks(&page).enumerate() {
        let block = block.replace("8444", &api).replace("8883", &mqtt);
        write!(script, "echo '== block {number}'\n{block}").unwrap();
    }
    let folder = TempDir::new().unwrap();
    symlink(stack.path(), folder.path().join(".argosy")).unwrap();
    for file in ["scripts/api", "docs/examples/device.py"] {
        let copy = folder.path().join(file);
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::copy(repository.join(file), copy).unwrap();
    }
    let mut shell = Command::new("bash")
        .current_dir(folder.path())
        .env("ARGOSY_API_URL", format!("https://localhost:{api}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = shell.stdin.take().unwrap();
    stdin.write_all(script.as_bytes()).await.unwrap();
    drop(stdin);
    let output = shell.wait_with_output().await.unwrap();
    let (out, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{log}");
    for words in ["\"temperature\":21.7", "\"name\":\"my-device\"", "acknowledged 5", "\"receipted\": 20"] {
        assert!(out.contains(words), "{words} is not in\n{out}\n{log}");
    }
    let secret = "-----BEGIN PRIVATE KEY-----";
    assert!(!out.contains(secret), "the key is shown");
}

/// The shell blocks of a page.
fn blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap())
}
