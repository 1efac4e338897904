//! Compares a ledger with what the API has.

use std::{
    collections::{BTreeMap, HashSet},
    io::Write as _,
    time::Duration,
};

use anyhow::{Context as _, bail};
use argosy_client::{Client, ReadReadings, Span};
use argosy_wire::{DeviceName, FleetName};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{
    ledger::{Ledger, Ranges},
    options::VerifyOptions,
};

/// Devices asked about at once.
const CONCURRENCY: usize = 8;
/// Differences that are shown.
const SHOWN: usize = 20;
/// How long to wait between two looks at what is on its way.
const PAUSE: Duration = Duration::from_secs(1);

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Devices in the ledger.
    pub devices: usize,
    /// Messages that the broker acknowledged.
    pub acknowledged: i64,
    /// Of them, not stored.
    pub missing: i64,
    /// Rows that are there more than once.
    pub doubled: u64,
    /// The first differences, in words.
    pub differences: Vec<String>,
}

impl Verdict {
    /// Prints it on stdout; an error where something is missing or doubled.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, self)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{} messages of {} devices were acknowledged", self.acknowledged, self.devices)?;
            writeln!(out, "  missing  {}", self.missing)?;
            writeln!(out, "  doubled  {}", self.doubled)?;
            for difference in &self.differences {
                writeln!(out, "  {difference}")?;
            }
        }
        if self.missing > 0 || self.doubled > 0 {
            bail!("{} missing, {} doubled", self.missing, self.doubled);
        }
        Ok(())
    }
}

type Boots = BTreeMap<i64, Ranges>;

/// Compares. What is missing is asked for again until it is there or `settle` is over.
pub async fn verify(options: &VerifyOptions) -> anyhow::Result<Verdict> {
    let mut devices: BTreeMap<(FleetName, DeviceName), Boots> = BTreeMap::new();
    for ((fleet, device, boot), ranges) in Ledger::read(&options.ledger)? {
        devices.entry((fleet, device)).or_default().insert(boot, ranges);
    }
    let client = options.api.client()?;
    let deadline = Instant::now() + options.settle;
    let checks = devices.into_iter().map(|((fleet, device), boots)| {
        let client = client.with_fleet(Some(fleet));
        async move { check(&client, device, boots, deadline).await }
    });
    let parts: Vec<Verdict> = stream::iter(checks).buffered(CONCURRENCY).try_collect().await?;
    let mut verdict = Verdict::default();
    for part in parts {
        verdict.devices += 1;
        verdict.acknowledged += part.acknowledged;
        verdict.missing += part.missing;
        verdict.doubled += part.doubled;
        verdict.differences.extend(part.differences);
    }
    verdict.differences.truncate(SHOWN);
    Ok(verdict)
}

async fn check(
    client: &Client,
    device: DeviceName,
    boots: Boots,
    deadline: Instant,
) -> anyhow::Result<Verdict> {
    let missing = loop {
        let delivery = client.read_delivery(&device).await?;
        let mut missing = Boots::new();
        for (boot, acknowledged) in &boots {
            let mut stored = Ranges::default();
            for known in delivery.boots.iter().filter(|known| known.boot == *boot) {
                known.ranges.iter().for_each(|range| stored.add(range.first, range.last));
            }
            let lacking = acknowledged.without(&stored);
            if lacking.count() > 0 {
                missing.insert(*boot, lacking);
            }
        }
        if missing.is_empty() || Instant::now() > deadline {
            break missing;
        }
        tokio::time::sleep(PAUSE).await;
    };
    let mut verdict = Verdict {
        devices: 1,
        acknowledged: boots.values().map(Ranges::count).sum(),
        missing: missing.values().map(Ranges::count).sum(),
        ..Verdict::default()
    };
    for (boot, ranges) in missing {
        let runs: Vec<String> =
            ranges.iter().take(5).map(|(first, last)| format!("{first} to {last}")).collect();
        verdict.differences.push(format!("{device}, boot {boot}: missing {}", runs.join(", ")));
    }
    count_rows(client, &device, &boots, &mut verdict).await?;
    Ok(verdict)
}

#[derive(Deserialize)]
struct Row {
    ts: String,
    boot: Option<i64>,
    seq: Option<i64>,
}

/// Looks at the rows themselves: each number of a boot of the ledger must be there once a timestamp.
async fn count_rows(
    client: &Client,
    device: &DeviceName,
    boots: &Boots,
    verdict: &mut Verdict,
) -> anyhow::Result<()> {
    let Some(first_boot) = boots.keys().next() else { return Ok(()) };
    // A simulated boot is the time of its start; clocks may be wrong by a day, and readings late.
    let from = first_boot.saturating_sub(2 * 86_400).max(0).saturating_mul(1000);
    let to = chrono::Utc::now() + chrono::TimeDelta::days(2);
    let span = Span { from: Some(from.to_string()), to: Some(to.timestamp_millis().to_string()) };
    let read = ReadReadings { span, ..ReadReadings::default() };
    let mut body = client.export_readings(device, &read, "application/x-ndjson").await?.bytes_stream();
    let mut seen = HashSet::new();
    let mut buffer = Vec::new();
    while let Some(chunk) = body.next().await {
        buffer.extend_from_slice(&chunk.context("the export broke off")?);
        let Some(end) = buffer.iter().rposition(|byte| *byte == b'\n') else { continue };
        for line in buffer[..end].split(|byte| *byte == b'\n') {
            let row: Row =
                serde_json::from_slice(line).context("the export has a line that is no reading")?;
            let (Some(boot), Some(seq)) = (row.boot, row.seq) else { continue };
            if boots.contains_key(&boot) && !seen.insert((boot, seq, row.ts)) {
                verdict.doubled += 1;
                verdict.differences.push(format!("{device}, boot {boot}: {seq} is stored twice"));
            }
        }
        buffer.drain(..=end);
    }
    Ok(())
}
