//! What killing the broker with -9 costs, in a phase of its own: QoS 1 ends at the broker.

use std::time::Duration;

use tokio::time::sleep;

use super::conductor::Conductor;
use crate::{fleet::Fleet, kind::Part, report::BrokerKill};

/// How long the fleet publishes before, and after.
const PUBLISH: Duration = Duration::from_secs(5);
/// How long ingest is away, so that the broker has what nobody else has. One that only stands still has it in its sockets.
const AWAY: Duration = Duration::from_secs(2);
/// How long what is on its way may take; what is lost never comes.
const SETTLE: Duration = Duration::from_secs(20);

impl Conductor<'_> {
    /// Kills the broker while it holds what it acknowledged; a fleet of its own tells what was lost. Devices that keep messages
    /// until their receipt may lose none, and nothing may be doubled either way.
    pub(super) async fn kill_broker(&mut self, rate: f64, until_receipt: bool) -> anyhow::Result<BrokerKill> {
        let mut fleet = Fleet::small(&self.world, rate, self.seed, until_receipt).await?;
        sleep(PUBLISH).await;
        for replica in 0..self.world.ingests.len() {
            self.world.kill_part(Part::Ingest, replica).await?;
        }
        sleep(AWAY).await;
        self.world.kill_part(Part::Broker, 0).await?;
        self.world.start_part(Part::Broker, 0).await?;
        for replica in 0..self.world.ingests.len() {
            self.world.start_part(Part::Ingest, replica).await?;
        }
        sleep(PUBLISH).await;
        fleet.stop().await?;
        let verdict = self.settled_verdict(std::slice::from_ref(&fleet), SETTLE).await?;
        let name = if until_receipt { "with receipts" } else { "without receipts" };
        if verdict.doubled > 0 {
            self.report
                .failures
                .push(format!("A killed broker doubled {} messages {name}.", verdict.doubled));
        }
        if until_receipt && verdict.missing > 0 {
            self.report.failures.push(format!("A killed broker lost {} messages {name}.", verdict.missing));
        }
        Ok(BrokerKill {
            until_receipt,
            acknowledged: verdict.acknowledged,
            lost: verdict.missing,
            doubled: verdict.doubled,
        })
    }
}
