//! The admin port over a service's life.

use std::time::Duration;

use argosy_runtime::{
    admin::{self, Readiness},
    metrics,
};
use argosy_testkit::Logs;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::DEADLINE;

async fn readyz(url: &str) -> (u16, Value) {
    let answer = reqwest::get(format!("{url}/readyz")).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn it_tells_how_the_service_is_until_it_has_stopped() {
    argosy_runtime::crypto::install();
    let logs = Logs::capture();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}");
    let (readiness, shutdown, stopped) =
        (Readiness::new(), CancellationToken::new(), CancellationToken::new());
    let (database, broker) = (readiness.component("database"), readiness.component("broker"));
    let serving = admin::serve(listener, readiness, shutdown.clone(), stopped.clone());
    let task = tokio::spawn(serving);

    let components = |database: &str, broker: &str| json!({"database": database, "broker": broker});
    let is = |ready: bool, components: Value| {
        (if ready { 200 } else { 503 }, json!({"ready": ready, "components": components}))
    };
    assert_eq!(readyz(&url).await, is(false, components("starting", "starting")));
    assert_eq!(reqwest::get(format!("{url}/livez")).await.unwrap().status(), 200);
    database.ready();
    assert_eq!(readyz(&url).await, is(false, components("ready", "starting")));
    broker.ready();
    broker.ready();
    assert_eq!(readyz(&url).await, is(true, components("ready", "ready")));
    broker.not_ready("it is away");
    broker.not_ready("it is away");
    assert_eq!(readyz(&url).await, is(false, components("ready", "it is away")));
    broker.ready();
    // A change is logged, and nothing else.
    assert_eq!(logs.text().matches("Not ready.").count(), 1, "{}", logs.text());
    assert_eq!(logs.text().matches("Ready. component=\"broker\"").count(), 2, "{}", logs.text());

    // While the service drains, the port stays, and sends traffic elsewhere.
    shutdown.cancel();
    let (status, body) = readyz(&url).await;
    assert_eq!((status, &body["components"]["process"]), (503, &json!("draining")), "{body}");
    assert_eq!(reqwest::get(format!("{url}/livez")).await.unwrap().status(), 200);
    stopped.cancel();
    tokio::time::timeout(DEADLINE, task).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn it_serves_metrics() {
    argosy_runtime::crypto::install();
    metrics::install();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let stopped = CancellationToken::new();
    let _stop = stopped.clone().drop_guard();
    tokio::spawn(admin::serve(listener, Readiness::new(), CancellationToken::new(), stopped));
    ::metrics::counter!("test_served_total").increment(3);
    ::metrics::histogram!("test_served_seconds").record(Duration::from_millis(3));
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    let text = answer.text().await.unwrap();
    assert!(text.contains("test_served_total 3\n"), "{text}");
    assert!(text.contains("test_served_seconds_bucket{le=\"0.005\"} 1\n"), "{text}");
}
