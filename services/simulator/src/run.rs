//! Runs a fleet.

use std::{
    io::IsTerminal as _,
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use argosy_wire::DeviceName;
use indicatif::{ProgressBar, ProgressDrawTarget};
use tokio::{sync::broadcast, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    device::{Device, Link, Shared, dice},
    enrol::enrol,
    ledger::Ledger,
    options::RunOptions,
    profile,
    report::{Report, Statistics},
};

/// How long devices have at the end to bring home what they made.
const GRACE: Duration = Duration::from_secs(20);

/// Simulates until `shutdown` or the end of the duration.
pub async fn run(options: RunOptions, shutdown: CancellationToken) -> anyhow::Result<Report> {
    let broker = options.broker()?;
    let word = profile::word(options.profile);
    let names: Vec<DeviceName> = (1..=options.devices)
        .map(|number| format!("{word}-{number:04}").parse())
        .collect::<Result<_, _>>()?;
    let tls = if options.insecure {
        vec![None; names.len()]
    } else {
        enrol(&options, &names).await?.into_iter().map(|tls| Some(Arc::new(tls))).collect()
    };
    let shared = Arc::new(Shared {
        fleet: options.api.fleet.clone(),
        period: Duration::from_secs_f64(1.0 / options.rate),
        disorder: options.disorder.clone(),
        statistics: Statistics::new(),
        ledger: Ledger::open(options.ledger.as_deref())?,
        start: Instant::now(),
        storm: broadcast::channel(1).0,
    });
    let boot = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())?;
    let devices = TaskTracker::new();
    let stop = shutdown.child_token();
    for ((index, name), tls) in (0..).zip(names).zip(tls) {
        let mut random = dice(options.seed, index);
        let device = Device {
            name,
            boot,
            world: profile::world(options.profile, &mut random),
            random,
            link: Link { broker: broker.clone(), tls },
            shared: Arc::clone(&shared),
        };
        devices.spawn(device.run(stop.clone(), GRACE));
    }
    devices.close();
    let helpers = CancellationToken::new();
    let flushing = tokio::spawn(flush(Arc::clone(&shared), helpers.clone()));
    let storms = tokio::spawn(storms(Arc::clone(&shared), helpers.clone()));
    let progress = tokio::spawn(progress(Arc::clone(&shared), options.devices, helpers.clone()));

    match options.duration {
        Some(duration) => drop(tokio::time::timeout(duration, stop.cancelled()).await),
        None => stop.cancelled().await,
    }
    stop.cancel();
    devices.wait().await;
    helpers.cancel();
    let (_, _) = (storms.await, progress.await);
    flushing.await??;
    Ok(shared.statistics.report(options.devices, shared.start.elapsed(), cpu_time()))
}

/// Appends to the ledger once a second, and at the end.
async fn flush(shared: Arc<Shared>, stop: CancellationToken) -> anyhow::Result<()> {
    loop {
        let ended = tokio::time::timeout(Duration::from_secs(1), stop.cancelled()).await.is_ok();
        shared.ledger.flush()?;
        if ended {
            return Ok(());
        }
    }
}

async fn storms(shared: Arc<Shared>, stop: CancellationToken) {
    let every = shared.disorder.storm_every;
    if every.is_zero() {
        return;
    }
    while tokio::time::timeout(every, stop.cancelled()).await.is_err() {
        // No device is listening: then there is nothing to break.
        let _ = shared.storm.send(());
    }
}

/// A line on a terminal, a log entry now and then elsewhere.
async fn progress(shared: Arc<Shared>, devices: u32, stop: CancellationToken) {
    let is_terminal = std::io::stderr().is_terminal();
    let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    let every = Duration::from_secs(if is_terminal { 1 } else { 30 });
    while tokio::time::timeout(every, stop.cancelled()).await.is_err() {
        let statistics = &shared.statistics;
        let connected = statistics.connected.load(Ordering::Relaxed);
        let (scheduled, acknowledged) =
            (statistics.scheduled.load(Ordering::Relaxed), statistics.acknowledged.load(Ordering::Relaxed));
        if is_terminal {
            bar.set_message(format!(
                "{connected} of {devices} connected, {acknowledged} of {scheduled} acknowledged"
            ));
            bar.tick();
        } else {
            tracing::info!(connected, devices, scheduled, acknowledged, "The fleet is running.");
        }
    }
    bar.finish_and_clear();
}

/// The processor time of this process so far.
fn cpu_time() -> Duration {
    // Fields 14 and 15 of proc(5), in clock ticks; Linux has had 100 a second on every platform for twenty years.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
