//! When the stack has recovered from a fault.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::conductor::Conductor;

/// How long the stack may take to recover without getting any further: a machine that has much else to do brings in what is
/// behind slowly, but it does, and what is stuck is stuck on any machine.
const RECOVERY: Duration = Duration::from_secs(120);
/// How long it may take in all.
const LONGEST: Duration = Duration::from_secs(600);
/// What is on its way has to fall to so much of the least that it was, or it is no progress.
const PROGRESS: f64 = 0.9;
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(200);
/// Of the fleet's rate, so much has to flow again.
const SHARE: f64 = 0.8;
/// So many seconds' messages may be on their way beyond those that are when nothing happens.
const ON_THE_WAY: f64 = 0.5;
/// So many seconds' messages may be on their way when nothing happens.
const USUAL: f64 = 2.0;

/// When the stack had recovered from a step, counted from its end.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    /// Commits flow at the fleet's rate.
    pub(super) flows: Option<Duration>,
    /// Everything that was due is stored.
    pub(super) caught_up: Option<Duration>,
}

impl Conductor<'_> {
    /// Waits until commits flow at the fleet's rate and everything that was due is stored.
    pub(super) async fn recover(&mut self, ended: Instant) -> Recovery {
        let rate = self.report.messages_a_second;
        let mut recovery = Recovery::default();
        let (mut least, mut progress) = (f64::INFINITY, ended);
        while progress.elapsed() < RECOVERY && ended.elapsed() < LONGEST {
            sleep(LOOK).await;
            let on_the_way = self.on_the_way().await;
            if let Some(messages) = on_the_way
                && messages < least * PROGRESS
            {
                (least, progress) = (messages, Instant::now());
            }
            if recovery.flows.is_none() {
                recovery.flows = self.commits.flows_again(ended, rate * SHARE);
            }
            let enough = self.usual + rate * ON_THE_WAY;
            if recovery.caught_up.is_none() && on_the_way.is_some_and(|messages| messages <= enough) {
                recovery.caught_up = Some(ended.elapsed());
            }
            if recovery.flows.is_some() && recovery.caught_up.is_some() {
                break;
            }
        }
        recovery
    }

    /// Lets time pass without a fault, and looks how much is on its way then.
    pub(super) async fn rest(&mut self, rest: Duration) {
        let end = Instant::now() + rest;
        let (mut usual, most) = (0.0_f64, self.report.messages_a_second * USUAL);
        while Instant::now() < end {
            sleep(LOOK).await;
            usual = usual.max(self.on_the_way().await.unwrap_or(0.0));
        }
        self.usual = usual.min(most);
    }

    /// How many messages are due and not stored; the fleet tells once a second what is due.
    async fn on_the_way(&self) -> Option<f64> {
        let mut due = 0.0;
        for fleet in &self.fleets {
            due += fleet.due().await?;
        }
        Some((due - self.commits.count() as f64).max(0.0))
    }
}
