//! Compares a ledger with what the API has.

mod device;
mod rows;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io::Write as _,
    time::Duration,
};

use anyhow::{Context as _, bail};
use argosy_client::Client;
use argosy_wire::{DeviceName, FleetName};
use chrono::{TimeDelta, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use tokio::time::Instant;

use crate::{
    ledger::{Ledger, Ranges},
    options::VerifyOptions,
    patience::patiently,
};
use device::Check;

/// Devices asked about at once.
const CONCURRENCY: usize = 8;
/// Differences that are shown.
const SHOWN: usize = 20;
/// How long to wait between two looks at what is on its way.
const PAUSE: Duration = Duration::from_secs(1);

/// By boot, numbers.
type Boots = BTreeMap<i64, Ranges>;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Devices in the ledger.
    pub devices: usize,
    /// Messages that the broker acknowledged.
    pub acknowledged: i64,
    /// Of them, not stored.
    pub missing: i64,
    /// Rows whose number is there already.
    pub doubled: i64,
    /// Rows whose number the API does not know to be stored.
    pub unexpected: i64,
    /// The first differences, in words.
    pub differences: Vec<String>,
}

impl Verdict {
    /// Whether everything is as it should be.
    pub fn is_good(&self) -> bool {
        self.missing == 0 && self.doubled == 0 && self.unexpected == 0
    }

    fn add(&mut self, part: Self) {
        self.devices += part.devices;
        self.acknowledged += part.acknowledged;
        self.missing += part.missing;
        self.doubled += part.doubled;
        self.unexpected += part.unexpected;
        self.differences.extend(part.differences);
        self.differences.truncate(SHOWN);
    }

    /// Prints it on stdout; an error where something is missing, doubled or unexpected.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, self)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{} messages of {} devices were acknowledged", self.acknowledged, self.devices)?;
            writeln!(out, "  missing     {}", self.missing)?;
            writeln!(out, "  doubled     {}", self.doubled)?;
            writeln!(out, "  unexpected  {}", self.unexpected)?;
            for difference in &self.differences {
                writeln!(out, "  {difference}")?;
            }
        }
        if !self.is_good() {
            bail!("{} missing, {} doubled, {} unexpected", self.missing, self.doubled, self.unexpected);
        }
        Ok(())
    }
}

/// Compares. What is missing is asked for again until it is there or `settle` is over.
pub async fn verify(options: &VerifyOptions) -> anyhow::Result<Verdict> {
    let mut devices: BTreeMap<(FleetName, DeviceName), Boots> = BTreeMap::new();
    for ((fleet, device, boot), ranges) in Ledger::read(&options.ledger)? {
        devices.entry((fleet, device)).or_default().insert(boot, ranges);
    }
    let client = options.api.client()?;
    let deadline = Instant::now() + options.settle;
    let mut kept_since = BTreeMap::new();
    for (fleet, _) in devices.keys() {
        if let Entry::Vacant(entry) = kept_since.entry(fleet.clone()) {
            entry.insert(read_kept_since(&client, fleet).await?);
        }
    }
    let checks = devices.into_iter().map(|((fleet, device), boots)| {
        let kept_since = kept_since.get(&fleet).copied().unwrap_or(i64::MIN);
        let check = Check { client: client.with_fleet(Some(fleet)), device, boots, kept_since };
        async move { check.run(deadline).await.with_context(|| format!("{} cannot be checked", check.device)) }
    });
    stream::iter(checks)
        .buffered(CONCURRENCY)
        .try_fold(Verdict::default(), |mut verdict, part| async move {
            verdict.add(part);
            Ok(verdict)
        })
        .await
}

/// Boots since this one have all their rows still. A simulated boot is the second of its start, and what it sends in its first
/// day may be a day old.
async fn read_kept_since(client: &Client, fleet: &FleetName) -> anyhow::Result<i64> {
    let facts = patiently(|| client.read_fleet(fleet)).await.with_context(|| format!("fleet {fleet}"))?;
    let days = TimeDelta::days(i64::from(facts.retention_days) - 1);
    Ok((Utc::now() - days).timestamp())
}
