//! The end of a run: everything settles, and the database is asked.

use std::{collections::BTreeMap, path::Path, time::Duration};

use tokio::time::{Instant, sleep};

use super::conductor::Conductor;
use crate::{
    Arguments, evidence,
    fleet::Fleet,
    reference,
    report::{Report, seconds},
    verdict::{Devices, Verdict},
};

/// How long what is on its way may take.
const SETTLE: Duration = Duration::from_secs(90);
/// Between two looks.
const LOOK: Duration = Duration::from_secs(3);
/// Services that may hold so much memory, in KiB: what ingest may hold of messages, and as much again.
const MOST_MEMORY: u64 = 512 * 1024;

impl Conductor<'_> {
    /// Ends the fleet, reaches the verdict, and stops everything.
    pub(super) async fn finish(mut self, arguments: &Arguments) -> anyhow::Result<Report> {
        self.report.seconds = seconds(self.started.elapsed());
        self.screen.show("the fleet brings home what it has");
        let mut fleets = std::mem::take(&mut self.fleets);
        for fleet in &mut fleets {
            fleet.stop().await?;
        }
        self.screen.show("the verdict");
        let verdict = self.settled_verdict(&fleets, SETTLE).await?;
        self.attribute(&verdict, arguments.rate);
        self.report.verdict = verdict;
        self.report.memory = self.world.roster.memory();
        self.check_memory();
        if !self.report.verdict.is_good() {
            let mut session = self.world.session().await?;
            let folder = self.world.files().path();
            evidence::keep_tables(&mut session, &self.report.verdict, folder).await?;
        }
        if arguments.only.is_empty() {
            self.screen.show("the broker is killed");
            for until_receipt in [false, true] {
                let cost = self.kill_broker(arguments.rate, until_receipt).await?;
                self.report.broker_kills.push(cost);
            }
        }
        self.screen.show("the reference client brings home what it has");
        let outcome = self.reference.finish(&self.world).await?;
        if !outcome.is_good() {
            self.report.failures.push(format!("The reference client lost or doubled messages: {outcome:?}."));
        }
        self.report.reference_client = Some(outcome);
        self.screen.show("the stack stops");
        evidence::keep_logs(&self.world)?;
        self.world.stop().await?;
        Ok(self.report)
    }

    /// Asks until everything is as it should be, or the time for it is over.
    pub(super) async fn settled_verdict(
        &self,
        fleets: &[Fleet],
        settle: Duration,
    ) -> anyhow::Result<Verdict> {
        let ledgers: Vec<&Path> = fleets.iter().map(|fleet| fleet.ledger().as_path()).collect();
        let end = Instant::now() + settle;
        loop {
            let mut session = self.world.session().await?;
            let verdict = Verdict::reach(&mut session, &ledgers, Devices::Except(reference::NAME)).await?;
            if verdict.is_good() || Instant::now() > end {
                return Ok(verdict);
            }
            sleep(LOOK).await;
        }
    }

    /// Tells which fault was the last to begin when a message was due that is missing or doubled.
    fn attribute(&mut self, verdict: &Verdict, rate: f64) {
        for difference in &verdict.differences {
            let rate = if difference.device.starts_with("meter") { rate * 100.0 } else { rate };
            let due = difference.boot as f64 + difference.first as f64 / rate;
            let fault = self.began.iter().rev().find(|(at, _)| *at <= due).map(|(_, fault)| fault.clone());
            let counts: &mut BTreeMap<String, i64> = match difference.what.as_str() {
                "missing" => &mut self.report.lost,
                "doubled" => &mut self.report.doubled,
                _ => continue,
            };
            *counts.entry(fault.unwrap_or_else(|| "before any".to_owned())).or_default() += difference.count;
        }
    }

    fn check_memory(&mut self) {
        for (name, memory) in &self.report.memory {
            if (name.starts_with("api") || name.starts_with("ingest")) && memory.most > MOST_MEMORY {
                let most = memory.most / 1024;
                self.report.failures.push(format!("{name} held {most} MiB of memory."));
            }
        }
    }
}
