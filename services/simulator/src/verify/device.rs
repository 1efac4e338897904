//! One device: what it was promised, what the API says is stored, and the rows themselves.

use argosy_client::Client;
use argosy_wire::DeviceName;
use tokio::time::{Instant, sleep};

use super::{Boots, PAUSE, Verdict, rows::Rows};
use crate::{ledger::Ranges, patience::patiently};

/// How many boots the API tells of, the newest ones.
const BOOTS_TOLD: usize = 100;
/// Runs of one kind that a difference names.
const RUNS_NAMED: usize = 5;

/// The check of a device.
pub(super) struct Check {
    /// A client of its fleet.
    pub(super) client: Client,
    /// The device.
    pub(super) device: DeviceName,
    /// What the broker acknowledged.
    pub(super) boots: Boots,
    /// Rows of older boots may be gone by the fleet's retention.
    pub(super) kept_since: i64,
}

/// What the API says is stored, by boot.
struct Delivery {
    boots: Boots,
    /// Older boots are not told of.
    since: i64,
}

impl Check {
    pub(super) async fn run(&self, deadline: Instant) -> anyhow::Result<Verdict> {
        let acknowledged = self.boots.values().map(Ranges::count).sum();
        let mut verdict = Verdict { devices: 1, acknowledged, ..Verdict::default() };
        let delivery = self.settle(deadline).await?;
        let rows = Rows::read(&self.client, &self.device, &self.boots).await?;
        // Rows that came in the meantime are known to a delivery that is read after them.
        let later = self.read_delivery().await?;
        let nothing = Ranges::default();
        for (&boot, acknowledged) in &self.boots {
            let has = |boots: &Boots| boots.get(&boot).unwrap_or(&nothing).clone();
            let (told, stored) = (has(&delivery.boots), has(&rows.stored));
            let mut missing = Ranges::default();
            if boot >= delivery.since {
                self.name(&mut verdict, boot, "not stored", &acknowledged.without(&told), &mut missing);
                let unexpected = stored.without(&has(&later.boots));
                verdict.unexpected += unexpected.count();
                self.name(
                    &mut verdict,
                    boot,
                    "stored, and unknown to the ledger of the API",
                    &unexpected,
                    &mut Ranges::default(),
                );
            }
            if boot >= self.kept_since {
                let lost = acknowledged.without(&stored).without(&missing);
                self.name(&mut verdict, boot, "said to be stored, and has no row", &lost, &mut missing);
            }
            verdict.missing += missing.count();
            let doubled = has(&rows.doubled);
            self.name(&mut verdict, boot, "stored more than once", &doubled, &mut Ranges::default());
        }
        verdict.doubled = rows.surplus;
        Ok(verdict)
    }

    /// Adds a difference to the verdict, and its numbers to `all`.
    fn name(&self, verdict: &mut Verdict, boot: i64, what: &str, numbers: &Ranges, all: &mut Ranges) {
        if numbers.is_empty() {
            return;
        }
        numbers.iter().for_each(|(first, last)| all.add(first, last));
        let run =
            |(first, last)| if first == last { format!("{first}") } else { format!("{first} to {last}") };
        let runs: Vec<String> = numbers.iter().take(RUNS_NAMED).map(run).collect();
        let more = if numbers.iter().nth(RUNS_NAMED).is_some() { " and more" } else { "" };
        verdict.differences.push(format!("{}, boot {boot}: {}{more} {what}", self.device, runs.join(", ")));
    }

    /// Asks until everything is said to be stored, or the deadline has passed.
    async fn settle(&self, deadline: Instant) -> anyhow::Result<Delivery> {
        loop {
            let delivery = self.read_delivery().await?;
            let is_stored = |boot: &i64, numbers: &Ranges| {
                delivery.boots.get(boot).is_some_and(|stored| numbers.without(stored).is_empty())
            };
            let mut told = self.boots.range(delivery.since..);
            if told.all(|(boot, numbers)| is_stored(boot, numbers)) || Instant::now() > deadline {
                return Ok(delivery);
            }
            sleep(PAUSE).await;
        }
    }

    async fn read_delivery(&self) -> anyhow::Result<Delivery> {
        let delivery = patiently(|| self.client.read_delivery(&self.device)).await?;
        let mut boots = Boots::new();
        for told in &delivery.boots {
            let numbers = boots.entry(told.boot).or_default();
            told.ranges.iter().for_each(|range| numbers.add(range.first, range.last));
        }
        let is_whole = delivery.boots.len() < BOOTS_TOLD;
        let oldest = boots.keys().next().copied();
        Ok(Delivery { boots, since: oldest.filter(|_| !is_whole).unwrap_or(i64::MIN) })
    }
}
