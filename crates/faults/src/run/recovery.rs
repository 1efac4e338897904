//! When the stack has recovered from a fault.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::conductor::Conductor;

/// How long the stack may take to recover.
pub(super) const RECOVERY: Duration = Duration::from_secs(120);
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
        while ended.elapsed() < RECOVERY {
            sleep(LOOK).await;
            if recovery.flows.is_none() {
                recovery.flows = self.commits.flows_again(ended, rate * SHARE);
            }
            if recovery.caught_up.is_none()
                && let Some(messages) = self.on_the_way().await
                && messages <= self.usual + rate * ON_THE_WAY
            {
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
