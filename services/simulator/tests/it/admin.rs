//! Health and metrics of a running fleet.

use argosy_testkit::eventually;
use tokio_util::sync::CancellationToken;

use crate::support::{DEADLINE, Subscriber, is_ready, start};

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_port_tells_how_the_fleet_is() {
    let mut broker = argosy_testkit::private_broker().await.unwrap();
    broker.broker.stop().await.unwrap();
    let shutdown = CancellationToken::new();
    let given = ["--insecure", "--mqtt-url", &broker.url, "--devices", "3", "--rate", "20"];
    let (fleet, admin) = start(given.map(String::from).into(), shutdown.clone()).await;
    let get = async |path: &str| -> anyhow::Result<(u16, String)> {
        let response = reqwest::get(format!("{admin}{path}")).await?;
        Ok((response.status().as_u16(), response.text().await?))
    };
    eventually(DEADLINE, async || {
        let (status, text) = get("/readyz").await?;
        anyhow::ensure!(status == 503 && text.contains("no device is connected"), "{status} {text}");
        Ok(())
    })
    .await;
    assert_eq!(get("/livez").await.unwrap().0, 200);
    broker.broker.start().await.unwrap();
    let _subscriber = Subscriber::start(&broker).await;
    is_ready(&format!("{admin}/readyz")).await;
    eventually(DEADLINE, async || {
        let (_, metrics) = get("/metrics").await?;
        let value = |name: &str| -> anyhow::Result<f64> {
            let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            Ok(line.ok_or_else(|| anyhow::anyhow!("no {name} in\n{metrics}"))?.parse()?)
        };
        anyhow::ensure!(value("argosy_simulator_connected_devices")? >= 3.0, "{metrics}");
        anyhow::ensure!(value("argosy_simulator_acknowledged_total")? > 0.0, "{metrics}");
        anyhow::ensure!(value("argosy_simulator_sent_total")? > 0.0, "{metrics}");
        anyhow::ensure!(value("argosy_simulator_scheduled_total")? > 0.0, "{metrics}");
        anyhow::ensure!(value("argosy_simulator_reconnects_total")? > 0.0, "{metrics}");
        value("argosy_simulator_dropped_total").map(drop)
    })
    .await;
    shutdown.cancel();
    fleet.await.unwrap().unwrap();
}
