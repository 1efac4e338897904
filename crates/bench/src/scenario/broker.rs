//! The limit of the broker: the same publishers into a subscriber that acknowledges and forgets.

use std::time::Duration;

use crate::{
    brokers::LoneBroker,
    child::Client,
    measure::{Flow, flow},
};

/// Messages that the broker passes on in a second.
pub(crate) async fn measure(devices: u32, time: Duration) -> anyhow::Result<Flow> {
    let mut lone = LoneBroker::start().await?;
    let certificates = &lone.installation.certificates;
    let subscriber = Client::start([
        "subscribe".into(),
        format!("--port={}", lone.tls_port),
        format!("--ca={}", certificates.ca_file.display()),
        format!("--certificate={}", certificates.ingest_file.display()),
        format!("--key={}", certificates.ingest_key_file.display()),
    ])?;
    let mut publishers = Client::publishers(lone.plain_port, devices, &[])?;
    let processes = [lone.process(), ("subscriber", subscriber.id())];
    let warm_up = Duration::from_secs(3);
    let measured = flow(&mut publishers, &processes, warm_up, time, async || Ok(subscriber.told(0))).await;
    drop((publishers, subscriber));
    lone.broker.stop().await?;
    measured
}
