//! The limit of HTTP: the same batches to a handler that answers at once.

use std::time::Duration;

use argosy_backends::{Broker, BrokerOptions, free_port};
use argosy_stack::{Certificates, Files, Installation};

use crate::{
    child::Client,
    measure::{Flow, flow},
};

/// Messages that ingest passes on in a second.
pub(crate) async fn measure(devices: u32, time: Duration) -> anyhow::Result<Flow> {
    let folder = tempfile::tempdir()?;
    let files = Files::at(folder.path())?;
    files.create()?;
    files.write_secret("secrets/ingest-token", "the sink asks for none")?;
    let installation = Installation { certificates: Certificates::prepare(&files)?, files };
    let (plain_port, sink_port) = (free_port()?, free_port()?);
    let options = BrokerOptions { tls: None, plain: Some(plain_port) };
    let mut broker = Broker::prepare(&installation.files.file("broker"), &options)?.temporary();
    broker.start().await?;
    let sink = Client::start([
        "sink".into(),
        format!("--port={sink_port}"),
        format!("--certificate={}", installation.certificates.server_file.display()),
        format!("--key={}", installation.certificates.server_key_file.display()),
    ])?;
    let mut ingest = installation.ingest(
        "ingest",
        &format!("mqtt://127.0.0.1:{plain_port}"),
        &format!("https://localhost:{sink_port}"),
    )?;
    ingest.start().await?;
    let mut publishers = Client::publishers(plain_port, devices, &[])?;
    let processes = [
        ("broker", broker.process().map_or(0, |process| process.id())),
        ("ingest", ingest.process().map_or(0, |process| process.id())),
        ("sink", sink.id()),
    ];
    let measured =
        flow(&mut publishers, &processes, Duration::from_secs(5), time, async || Ok(sink.told(0))).await;
    drop(publishers);
    ingest.stop().await?;
    broker.stop().await?;
    measured
}
