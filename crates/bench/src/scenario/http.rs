//! The limit of HTTP: the same batches to a handler that answers at once.

use std::time::Duration;

use argosy_backends::free_port;

use crate::{
    brokers::LoneBroker,
    child::Client,
    measure::{Flow, flow},
    usage,
};

/// Messages that ingest passes on in a second.
pub(crate) async fn measure(devices: u32, time: Duration) -> anyhow::Result<Flow> {
    let mut lone = LoneBroker::start().await?;
    let installation = &lone.installation;
    installation.files.write_secret("secrets/ingest-token", "the sink asks for none")?;
    let sink_port = free_port()?;
    let sink = Client::start([
        "sink".into(),
        format!("--port={sink_port}"),
        format!("--certificate={}", installation.certificates.server_file.display()),
        format!("--key={}", installation.certificates.server_key_file.display()),
    ])?;
    let mut ingest = installation.ingest(
        "ingest",
        &format!("mqtts://localhost:{}", lone.tls_port),
        &format!("https://localhost:{sink_port}"),
    )?;
    ingest.start().await?;
    let mut publishers = Client::publishers(lone.plain_port, devices, &[])?;
    let processes = [lone.process(), ("ingest", usage::id(ingest.process())), ("sink", sink.id())];
    let measured =
        flow(&mut publishers, &processes, Duration::from_secs(5), time, async || Ok(sink.told(0))).await;
    drop(publishers);
    ingest.stop().await?;
    lone.broker.stop().await?;
    measured
}
