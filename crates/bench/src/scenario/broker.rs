//! The limit of the broker: the same publishers into a subscriber that acknowledges and forgets.

use std::time::Duration;

use argosy_backends::{Broker, BrokerOptions, free_port};

use crate::{
    child::Client,
    measure::{Flow, flow},
};

/// Messages that the broker passes on in a second.
pub(crate) async fn measure(devices: u32, time: Duration) -> anyhow::Result<Flow> {
    let folder = tempfile::tempdir()?;
    let port = free_port()?;
    let options = BrokerOptions { tls: None, plain: Some(port) };
    let mut broker = Broker::prepare(&folder.path().join("broker"), &options)?.temporary();
    broker.start().await?;
    let subscriber = Client::start(["subscribe".into(), format!("--port={port}")])?;
    let mut publishers = Client::publishers(port, devices, &[])?;
    let processes =
        [("broker", broker.process().map_or(0, |process| process.id())), ("subscriber", subscriber.id())];
    let measured =
        flow(&mut publishers, &processes, Duration::from_secs(3), time, async || Ok(subscriber.told(0)))
            .await;
    drop(publishers);
    broker.stop().await?;
    measured
}
