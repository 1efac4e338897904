//! What the program says of arguments that it cannot use.

use crate::support::{Output, Simulator};

async fn program(line: &str) -> Output {
    Simulator::run(line.split_ascii_whitespace()).await
}

#[tokio::test]
async fn configuration_that_cannot_be_used_exits_with_64_and_names_the_variable() {
    let api = "--api-url http://127.0.0.1:9";
    for (line, name) in [
        ("run --mqtt-url mqtt://localhost:1", "ARGOSY_MQTT_URL"),
        ("run --mqtt-url mqtts://localhost:1 --insecure", "ARGOSY_MQTT_URL"),
        ("run --mqtt-url http://localhost:1 --insecure", "ARGOSY_MQTT_URL"),
        ("run --mqtt-url mqtts://localhost:1", "ARGOSY_API_URL"),
        (&format!("run --mqtt-url mqtts://localhost:1 {api}"), "ARGOSY_API_TOKEN"),
        (&format!("run --mqtt-url mqtts://localhost:1 {api} --token-file /nowhere"), "ARGOSY_API_TOKEN_FILE"),
        ("--log =nonsense= run --mqtt-url mqtt://localhost:1 --insecure", "ARGOSY_LOG"),
    ] {
        let output = program(line).await;
        assert_eq!(output.code, Some(64), "{line}: {}", output.stderr);
        assert!(output.stderr.contains(name), "{line}: {}", output.stderr);
        assert_eq!(output.stdout, "", "{line}");
    }
}

#[tokio::test]
async fn what_fails_later_exits_with_1_and_what_nobody_understands_with_2() {
    let output = program("run --mqtt-url mqtt://localhost:1 --insecure --ledger /nowhere/ledger").await;
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("cannot open the ledger /nowhere/ledger"), "{}", output.stderr);
    let api = "--api-url http://127.0.0.1:9 --api-token x";
    let output = program(&format!("verify --ledger /nowhere/ledger {api}")).await;
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    for line in [
        "run --mqtt-url mqtt://localhost:1 --rate 0",
        "run --mqtt-url mqtt://localhost:1 --duplicates 1.5",
        "run --mqtt-url mqtt://localhost:1 --clock-skew 2d",
        "run --mqtt-url mqtt://localhost:1 --devices 0",
    ] {
        let output = program(line).await;
        assert_eq!(
            (output.code, output.stderr.contains("error: ")),
            (Some(2), true),
            "{line}: {}",
            output.stderr
        );
    }
}
