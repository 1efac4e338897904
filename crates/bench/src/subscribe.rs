//! `argosy-bench subscribe`: a subscriber that acknowledges and forgets, the least that anybody behind a broker can do.

use std::time::Duration;

use rumqttc::{Packet, PubAck, QoS, Subscribe, SubscribeFilter};
use tokio::time::{MissedTickBehavior, interval};

use crate::clients::{connect, stdin};

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
    let mut received = 0_u64;
    let mut ticks = interval(Duration::from_millis(100));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut parent = stdin::<u64>();
    loop {
        tokio::select! {
            packet = connection.next() => {
                let mut next = Some(packet?);
                while let Some(packet) = next {
                    if let Packet::Publish(message) = packet {
                        received += 1;
                        connection.push(&Packet::PubAck(PubAck::new(message.pkid, None)))?;
                    }
                    next = connection.arrived()?;
                }
            }
            _ = ticks.tick() => println!("{received}"),
            changed = parent.changed() => if changed.is_err() { return Ok(()) },
        }
    }
}
