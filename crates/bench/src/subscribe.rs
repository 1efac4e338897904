//! `argosy-bench subscribe`: a subscriber that acknowledges and forgets, the least that anybody behind a broker can do.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use argosy_runtime::tls::{TlsFiles, client_config_with_identity};
use rumqttc::{Packet, PubAck, QoS, Subscribe, SubscribeFilter};

use crate::clients::{connect, tell};

/// What to subscribe to.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SubscribeOptions {
    /// Port of the broker, on this machine, with TLS
    #[arg(long)]
    port: u16,
    /// PEM file of the authority to trust
    #[arg(long)]
    ca: PathBuf,
    /// PEM file of the client's certificate
    #[arg(long)]
    certificate: PathBuf,
    /// PEM file of its key
    #[arg(long)]
    key: PathBuf,
    /// Topics
    #[arg(long, default_value = "v1/+/+/telemetry")]
    filter: String,
}

/// Reads until stdin ends, and tells on stdout how much.
pub(crate) async fn run(options: SubscribeOptions) -> anyhow::Result<()> {
    let identity = TlsFiles { certificate: options.certificate, key: options.key };
    let tls = client_config_with_identity(Some(&options.ca), &identity)?;
    let mut connection = connect(options.port, Some(Arc::new(tls)), "bench-subscriber", 8192).await?;
    let mut subscribe = Subscribe::new(SubscribeFilter::new(options.filter, QoS::AtLeastOnce), None);
    subscribe.pkid = 1;
    connection.push(&Packet::Subscribe(subscribe))?;
    let received = AtomicU64::new(0);
    let read = async {
        loop {
            let mut next = Some(connection.next().await?);
            while let Some(packet) = next {
                if let Packet::Publish(message) = packet {
                    received.fetch_add(1, Ordering::Relaxed);
                    connection.push(&Packet::PubAck(PubAck::new(message.pkid, None)))?;
                }
                next = connection.arrived()?;
            }
        }
    };
    tokio::select! {
        read = read => read,
        () = tell(|| received.load(Ordering::Relaxed).to_string(), |_| ()) => Ok(()),
    }
}
