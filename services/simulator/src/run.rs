//! Runs a fleet.

use std::{
    io::IsTerminal as _,
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use argosy_runtime::admin::{self, Component, Readiness};
use argosy_wire::DeviceName;
use indicatif::{ProgressBar, ProgressDrawTarget};
use tokio::{net::TcpListener, sync::broadcast, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    device::{Device, Link, Maker, Shared, Store, dice},
    enrol::enrol,
    ledger::Ledger,
    metrics,
    options::RunOptions,
    profile,
    report::{Report, Statistics},
};

/// How often the ledger is written and metrics are brought up to date.
const TICK: Duration = Duration::from_secs(1);

/// Simulates until `shutdown` or the end of the duration.
pub async fn run(
    options: RunOptions,
    admin_listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<Report> {
    let broker = options.broker()?;
    let ledger = Ledger::open(options.ledger.as_deref())?;
    // Whatever ends the run, the helpers end with it.
    let helpers = CancellationToken::new();
    let _stop_helpers = helpers.clone().drop_guard();
    let readiness = Readiness::new();
    let component = readiness.component("broker");
    tokio::spawn(admin::serve(admin_listener, readiness, shutdown.clone(), helpers.clone()));
    let names = names(&options)?;
    let tls = if options.insecure {
        vec![None; names.len()]
    } else {
        enrol(&options, &names).await?.into_iter().map(|tls| Some(Arc::new(tls))).collect()
    };
    let shared = Arc::new(Shared {
        fleet: options.api.fleet.clone(),
        period: Duration::from_secs_f64(1.0 / options.rate),
        until_receipt: options.until_receipt.then_some(options.receipt_patience),
        disorder: options.disorder.clone(),
        statistics: Statistics::new(),
        start: Instant::now(),
        storm: broadcast::channel(1).0,
    });
    let cpu_before = cpu_time();
    let boot = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())?;
    let devices = TaskTracker::new();
    let stop = shutdown.child_token();
    for ((index, name), tls) in (0..).zip(names).zip(tls) {
        let dice = |purpose| dice(options.seed, index, purpose);
        let (start, period, disorder) = (shared.start, shared.period, &shared.disorder);
        let device = Device {
            maker: Maker::new(options.profile, dice(0), boot, start, period, disorder),
            dice: dice(1),
            link: Link { broker: broker.clone(), tls },
            ledger: ledger.stream(&shared.fleet, &name, boot),
            store: Store::default(),
            shared: Arc::clone(&shared),
            name,
            boot,
        };
        devices.spawn(device.run(stop.clone(), options.grace));
    }
    devices.close();
    let flushing = tokio::spawn(flush(ledger, stop.clone(), helpers.clone()));
    let others = TaskTracker::new();
    others.spawn(storms(Arc::clone(&shared), helpers.clone()));
    others.spawn(progress(Arc::clone(&shared), options.devices, helpers.clone()));
    others.spawn(publish_metrics(Arc::clone(&shared), component, helpers.clone()));
    others.close();

    match options.duration {
        Some(duration) => drop(tokio::time::timeout(duration, stop.cancelled()).await),
        None => stop.cancelled().await,
    }
    stop.cancel();
    devices.wait().await;
    helpers.cancel();
    others.wait().await;
    flushing.await??;
    let cpu = cpu_time().saturating_sub(cpu_before);
    Ok(shared.statistics.report(options.devices, shared.start.elapsed(), cpu, options.until_receipt))
}

fn names(options: &RunOptions) -> anyhow::Result<Vec<DeviceName>> {
    let word = profile::word(options.profile);
    Ok((1..=options.devices).map(|number| format!("{word}-{number:04}").parse()).collect::<Result<_, _>>()?)
}

/// Appends to the ledger once a second, and at the end. Where it cannot be written there is no point in going on.
async fn flush(ledger: Ledger, run: CancellationToken, stop: CancellationToken) -> anyhow::Result<()> {
    let _stop_run = run.drop_guard();
    loop {
        let ended = tokio::time::timeout(TICK, stop.cancelled()).await.is_ok();
        ledger.flush()?;
        if ended {
            return Ok(());
        }
    }
}

async fn publish_metrics(shared: Arc<Shared>, broker: Component, stop: CancellationToken) {
    loop {
        metrics::publish(&shared.statistics, &broker);
        if tokio::time::timeout(TICK, stop.cancelled()).await.is_ok() {
            return metrics::publish(&shared.statistics, &broker);
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
    let every = if is_terminal { TICK } else { Duration::from_secs(30) };
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
