//! A thousand readers of the live tail.

use std::time::Duration;

use anyhow::bail;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{child::Client, stack::Stack, usage};

/// As many as one replica of the API serves.
const READERS: u64 = 1_000;
const DEVICES: u32 = 50;
/// How long they may take to connect.
const DEADLINE: Duration = Duration::from_secs(60);

/// What readers got.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Watched {
    pub(crate) readers: u64,
    /// What each of them watches.
    pub(crate) watches: String,
    /// Messages a second of the fleet.
    pub(crate) rate: f64,
    /// Events a second that all readers got together.
    pub(crate) events: f64,
    /// Events that were left out.
    pub(crate) missed: u64,
    /// Milliseconds from publishing to the reader: half of the events took less.
    pub(crate) p50: u64,
    /// 99 of 100 took less.
    pub(crate) p99: u64,
    /// Cores of the API.
    pub(crate) cores: f64,
    /// The most memory of the API, in bytes.
    pub(crate) peak_bytes: u64,
}

/// Readers of one device each, and of the whole fleet.
pub(crate) async fn measure(stack: &mut Stack, time: Duration) -> anyhow::Result<Vec<Watched>> {
    Ok(vec![watch(stack, time, Some(DEVICES), 1_000.0).await?, watch(stack, time, None, 20.0).await?])
}

async fn watch(
    stack: &mut Stack,
    time: Duration,
    devices: Option<u32>,
    rate: f64,
) -> anyhow::Result<Watched> {
    let files = &stack.installation.files;
    let arguments = [
        "watch".into(),
        format!("--api={}", stack.api_url),
        format!("--ca={}", stack.installation.certificates.ca_file.display()),
        format!("--token={}", files.file("token").display()),
        format!("--readers={READERS}"),
    ];
    let readers =
        Client::start(arguments.into_iter().chain(devices.map(|devices| format!("--devices={devices}"))))?;
    let deadline = Instant::now() + DEADLINE;
    while readers.told(0) < READERS {
        if Instant::now() > deadline {
            bail!("{} of {READERS} readers are connected after {DEADLINE:?}", readers.told(0));
        }
        sleep(Duration::from_millis(100)).await;
    }
    let api = usage::id(stack.api.process());
    usage::forget_peak(api);
    let mut publishers = Client::publishers(stack.plain_port, DEVICES, &[format!("--rate={rate}")])?;
    publishers.allow(u64::MAX / 2).await?;
    sleep(Duration::from_secs(3)).await;
    let (start, events, cpu) = (Instant::now(), readers.told(1), usage::cpu(api));
    sleep(time).await;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Watched {
        readers: READERS,
        watches: if devices.is_some() { "one device" } else { "the whole fleet" }.into(),
        rate,
        events: (readers.told(1) - events) as f64 / seconds,
        missed: readers.told(2),
        p50: readers.told(3),
        p99: readers.told(4),
        cores: usage::cpu(api).saturating_sub(cpu).as_secs_f64() / seconds,
        peak_bytes: usage::peak_memory(api),
    })
}
