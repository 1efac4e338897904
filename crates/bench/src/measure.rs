//! One measurement: publishers at work, what arrives at the other end, and what each process uses for it.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{child::Client, usage};

/// Messages that may be on their way: more would only queue at the broker.
const BACKLOG: u64 = 60_000;
/// How often it is looked how many have arrived.
const TICK: Duration = Duration::from_millis(100);

/// What a process used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Used {
    /// Microseconds of processor time a message.
    pub(crate) microseconds: f64,
    /// Share of one core.
    pub(crate) cores: f64,
    /// The most memory it ever held, in bytes.
    pub(crate) peak_bytes: u64,
}

/// What was measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Flow {
    /// Messages that arrived in a second.
    pub(crate) rate: f64,
    /// How much more were on their way at the end than at the beginning.
    pub(crate) backlog_growth: i64,
    /// What each process used, and `publishers` the publishers' own.
    pub(crate) processes: BTreeMap<String, Used>,
}

/// Lets publishers work for `warm_up` and then measures for `time`. `arrived` counts what has arrived; publishers get leave to
/// send [`BACKLOG`] more than that.
pub(crate) async fn flow(
    publishers: &mut Client,
    processes: &[(&'static str, i32)],
    warm_up: Duration,
    time: Duration,
    mut arrived: impl AsyncFnMut() -> anyhow::Result<u64>,
) -> anyhow::Result<Flow> {
    let mut work = async |publishers: &mut Client, until: Instant| -> anyhow::Result<u64> {
        loop {
            let count = arrived().await?;
            if Instant::now() >= until {
                return Ok(count);
            }
            publishers.allow(count + BACKLOG).await?;
            sleep(TICK).await;
        }
    };
    let before = work(publishers, Instant::now() + warm_up).await?;
    let (start, sent_before) = (Instant::now(), publishers.told(0));
    let all: Vec<_> = processes.iter().copied().chain([("publishers", publishers.id())]).collect();
    let cpu_before: Vec<Duration> = all.iter().map(|(_, id)| usage::cpu(*id)).collect();
    let after = work(publishers, start + time).await?;
    let elapsed = start.elapsed().as_secs_f64();
    let messages = (after - before) as f64;
    let sent = publishers.told(0) - sent_before;
    let processes = all
        .into_iter()
        .zip(cpu_before)
        .map(|((name, id), before)| {
            let seconds = usage::cpu(id).saturating_sub(before).as_secs_f64();
            let used = Used {
                microseconds: seconds / messages * 1e6,
                cores: seconds / elapsed,
                peak_bytes: usage::peak_memory(id),
            };
            (name.to_owned(), used)
        })
        .collect();
    let backlog_growth = sent.cast_signed() - (after - before).cast_signed();
    Ok(Flow { rate: messages / elapsed, backlog_growth, processes })
}
