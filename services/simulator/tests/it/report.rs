//! The closing report of the program.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{Simulator, Subscriber};

#[tokio::test(flavor = "multi_thread")]
async fn json_tells_programs_what_happened() {
    let broker = argosy_testkit::private_broker().await.unwrap();
    let _subscriber = Subscriber::start(&broker).await;
    let given = ["run", "--insecure", "--mqtt-url", &broker.url, "--devices", "5", "--rate", "20", "--json"];
    let started = Instant::now();
    let output = Simulator::run(given.iter().chain(&["--duration", "2s"])).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!((Duration::from_secs(2)..Duration::from_secs(10)).contains(&started.elapsed()));
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let keys: BTreeSet<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "abandoned",
        "acknowledged",
        "cpu_share",
        "delay_milliseconds",
        "devices",
        "dropped",
        "lag_milliseconds",
        "latency_milliseconds",
        "reconnects",
        "saturated",
        "scheduled",
        "seconds",
        "sent",
    ];
    assert_eq!(keys, BTreeSet::from(expected));
    let number = |pointer: &str| report.pointer(pointer).unwrap().as_f64().unwrap();
    assert!((190.0..=210.0).contains(&number("/scheduled")), "{report}");
    assert_eq!(report["acknowledged"], report["scheduled"]);
    assert!(number("/sent") >= number("/scheduled"), "{report}");
    let latency = ["p50", "p99", "p999", "max"].map(|name| number(&format!("/latency_milliseconds/{name}")));
    assert!(latency.is_sorted() && latency[0] > 0.0, "{report}");
    assert!(number("/cpu_share") > 0.0 && number("/seconds") >= 2.0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_is_stopped_tells_people_what_happened() {
    let broker = argosy_testkit::private_broker().await.unwrap();
    let subscriber = Subscriber::start(&broker).await;
    let simulator =
        Simulator::start(["run", "--insecure", "--mqtt-url", &broker.url, "--devices", "3", "--rate", "20"]);
    argosy_testkit::eventually(crate::support::DEADLINE, async || {
        anyhow::ensure!(subscriber.take().len() == 3, "not all devices");
        Ok(())
    })
    .await;
    simulator.terminate().await;
    let output = simulator.end().await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(output.stdout.starts_with("3 devices for "), "{}", output.stdout);
    for line in
        ["scheduled", "sent", "acknowledged", "abandoned     0", "latency", "own lateness", "own load"]
    {
        assert!(output.stdout.contains(line), "{line} is not in\n{}", output.stdout);
    }
}
