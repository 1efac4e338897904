//! `argosy-bench subscribe`: a subscriber that acknowledges and forgets, the least that anybody behind a broker can do.

use std::sync::atomic::{AtomicU64, Ordering};

use rumqttc::{Packet, PubAck, QoS, Subscribe, SubscribeFilter};

use crate::clients::{connect, tell};

/// What to subscribe to.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SubscribeOptions {
    /// Port of the broker, on this machine, without TLS
    #[arg(long)]
    port: u16,
    /// Topics
    #[arg(long, default_value = "v1/+/+/telemetry")]
    filter: String,
}

/// Reads until stdin ends, and tells on stdout how much.
pub(crate) async fn run(options: SubscribeOptions) -> anyhow::Result<()> {
    let mut connection = connect(options.port, "bench-subscriber", 8192).await?;
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
        () = tell(|| received.load(Ordering::Relaxed).to_string()) => Ok(()),
    }
}
