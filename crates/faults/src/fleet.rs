//! The fleets that publish while faults happen, and what they were promised.

use std::path::PathBuf;

use argosy_runtime::admin_client::metric;
use argosy_stack::Service;

use crate::world::{FleetSize, World};

/// How many times its share the loud device sends.
const LOUD: f64 = 100.0;
/// Devices of the fleet that shows what killing the broker costs.
const SMALL: u32 = 50;

/// A fleet, running.
#[derive(Debug)]
pub(crate) struct Fleet {
    service: Service,
    ledger: PathBuf,
    size: FleetSize,
}

impl Fleet {
    /// Starts the fleet whose messages are counted: some come twice, late or out of order, and some make no sense.
    pub(crate) async fn steady(world: &World, size: FleetSize, seed: u64) -> anyhow::Result<Self> {
        let disorder = [
            ("--poison", "0.05"),
            ("--duplicates", "0.01"),
            ("--reordered", "0.01"),
            ("--late", "0.01"),
            ("--clock-skew", "30m"),
            ("--clock-steps", "0.5"),
        ];
        Self::start(world, "fleet", "vehicle", size, seed, &disorder).await
    }

    /// Starts a device that sends a hundred times its share.
    pub(crate) async fn loud(world: &World, rate: f64, seed: u64) -> anyhow::Result<Self> {
        Self::start(world, "loud", "meter", FleetSize { devices: 1, rate: rate * LOUD }, seed, &[]).await
    }

    /// Starts a small fleet for a phase of its own, whose devices keep messages until their receipt, or until the broker has them.
    pub(crate) async fn small(
        world: &World,
        rate: f64,
        seed: u64,
        until_receipt: bool,
    ) -> anyhow::Result<Self> {
        let size = FleetSize { devices: SMALL, rate };
        let name = if until_receipt { "kept" } else { "trusting" };
        let keeps: &[(&str, &str)] = if until_receipt { &[("--until-receipt", "")] } else { &[] };
        Self::start(world, name, "cold-store", size, seed, keeps).await
    }

    async fn start(
        world: &World,
        name: &str,
        profile: &str,
        size: FleetSize,
        seed: u64,
        disorder: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let ledger = world.files().file(&format!("{name}.ledger"));
        let mut service = world
            .fleet(name, size)?
            .set("ARGOSY_SIMULATOR_LEDGER", &ledger)
            .set("ARGOSY_SIMULATOR_PROFILE", profile)
            .set("ARGOSY_SIMULATOR_SEED", seed.to_string());
        for (option, value) in disorder {
            service = service.argument(option);
            if !value.is_empty() {
                service = service.argument(value);
            }
        }
        service.start().await?;
        world.roster.set(name, service.process().map(|process| process.id()));
        Ok(Self { service, ledger, size })
    }

    /// What the broker acknowledged.
    pub(crate) fn ledger(&self) -> &PathBuf {
        &self.ledger
    }

    /// Messages a second.
    pub(crate) fn messages(&self) -> f64 {
        self.size.messages()
    }

    /// Messages that should be stored by now: those that were due, without those that a device gave up.
    pub(crate) async fn due(&self) -> Option<f64> {
        let port = self.service.admin_port();
        let scheduled = metric(port, "argosy_simulator_scheduled_total").await?;
        Some(scheduled - metric(port, "argosy_simulator_dropped_total").await?)
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.service.process().is_some_and(|process| process.exited().is_none())
    }

    /// Lets its devices bring home what they have, and ends it.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        Ok(self.service.stop().await?)
    }
}
