//! What happened, in words and in JSON.

use std::{
    io::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hdrhistogram::Histogram;
use serde::Serialize;

/// A simulator that makes one message in a hundred this late measures itself. Milliseconds.
const SATURATED: f64 = 100.0;

/// Counts while a fleet runs.
#[derive(Debug)]
pub(crate) struct Statistics {
    /// Messages that the schedule asked for.
    pub(crate) scheduled: AtomicU64,
    /// Messages handed to the connection, repetitions included.
    pub(crate) sent: AtomicU64,
    /// Messages that the broker acknowledged, each once.
    pub(crate) acknowledged: AtomicU64,
    /// Messages that a receipt answered for, each once.
    pub(crate) receipted: AtomicU64,
    /// Messages that were sent again after their acknowledgement, since no receipt answered for them.
    pub(crate) repeated: AtomicU64,
    /// Messages that a device's store had no room for.
    pub(crate) dropped: AtomicU64,
    /// Messages that were not acknowledged, or not receipted, when the run ended.
    pub(crate) abandoned: AtomicU64,
    /// Connections that were lost.
    pub(crate) reconnects: AtomicU64,
    /// Devices that are connected.
    pub(crate) connected: AtomicU64,
    latency: Mutex<Histogram<u64>>,
    delay: Mutex<Histogram<u64>>,
    receipt: Mutex<Histogram<u64>>,
    lag: Mutex<Histogram<u64>>,
}

impl Statistics {
    pub(crate) fn new() -> Self {
        let histogram =
            || Mutex::new(Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("the bounds are valid"));
        Self {
            scheduled: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            receipted: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            abandoned: AtomicU64::new(0),
            reconnects: AtomicU64::new(0),
            connected: AtomicU64::new(0),
            latency: histogram(),
            delay: histogram(),
            receipt: histogram(),
            lag: histogram(),
        }
    }

    /// A message was acknowledged so long after it was sent, and so long after it was due.
    pub(crate) fn record_acknowledgement(&self, since_sent: Duration, since_due: Duration) {
        record(&self.latency, since_sent);
        record(&self.delay, since_due);
    }

    /// A receipt answered for a message so long after it was due.
    pub(crate) fn record_receipt(&self, since_due: Duration) {
        self.receipted.fetch_add(1, Ordering::Relaxed);
        record(&self.receipt, since_due);
    }

    /// A message was made so long after it was due.
    pub(crate) fn record_lag(&self, late: Duration) {
        record(&self.lag, late);
    }

    pub(crate) fn report(&self, devices: u32, took: Duration, cpu: Duration, until_receipt: bool) -> Report {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let lag_milliseconds = percentiles(&self.lag);
        let receipts = until_receipt.then(|| ReceiptReport {
            receipted: count(&self.receipted),
            repeated: count(&self.repeated),
            delay_milliseconds: percentiles(&self.receipt),
        });
        Report {
            devices,
            seconds: took.as_secs_f64(),
            scheduled: count(&self.scheduled),
            sent: count(&self.sent),
            acknowledged: count(&self.acknowledged),
            receipts,
            dropped: count(&self.dropped),
            abandoned: count(&self.abandoned),
            reconnects: count(&self.reconnects),
            latency_milliseconds: percentiles(&self.latency),
            delay_milliseconds: percentiles(&self.delay),
            lag_milliseconds,
            cpu_share: cpu.as_secs_f64() / took.as_secs_f64().max(f64::EPSILON),
            saturated: lag_milliseconds.p99 > SATURATED,
        }
    }
}

fn record(histogram: &Mutex<Histogram<u64>>, duration: Duration) {
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    histogram.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(micros.max(1));
}

fn percentiles(histogram: &Mutex<Histogram<u64>>) -> Percentiles {
    let histogram = histogram.lock().unwrap_or_else(PoisonError::into_inner);
    let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
    Percentiles { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: histogram.max() as f64 / 1000.0 }
}

/// Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half are below.
    pub p50: f64,
    /// 99 % are below.
    pub p99: f64,
    /// 99.9 % are below.
    pub p999: f64,
    /// The largest.
    pub max: f64,
}

/// What receipts said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReceiptReport {
    /// Messages that a receipt answered for, each once.
    pub receipted: u64,
    /// Messages that were sent again after their acknowledgement, since no receipt answered for them.
    pub repeated: u64,
    /// From due to receipt.
    pub delay_milliseconds: Percentiles,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Devices simulated.
    pub devices: u32,
    /// How long it took.
    pub seconds: f64,
    /// Messages that the schedule asked for.
    pub scheduled: u64,
    /// Messages handed to connections, repetitions included.
    pub sent: u64,
    /// Messages that the broker acknowledged, each once.
    pub acknowledged: u64,
    /// What receipts said, where the run went by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipts: Option<ReceiptReport>,
    /// Messages that a device's store had no room for.
    pub dropped: u64,
    /// Messages that were not acknowledged when the run ended. Scheduled is acknowledged, dropped and these. With receipts they are those
    /// that no receipt answered for, and scheduled is receipted, dropped and these.
    pub abandoned: u64,
    /// Connections that were lost.
    pub reconnects: u64,
    /// From handing over to acknowledgement.
    pub latency_milliseconds: Percentiles,
    /// From due to acknowledgement: what a message had to wait for a connection is in it.
    pub delay_milliseconds: Percentiles,
    /// From due to made: the simulator's own lateness.
    pub lag_milliseconds: Percentiles,
    /// Cores that the simulator kept busy.
    pub cpu_share: f64,
    /// Whether it could not keep its schedule: then the latencies measure the simulator.
    pub saturated: bool,
}

impl Report {
    /// Prints it on stdout.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, self)?;
            writeln!(out)?;
            return Ok(());
        }
        writeln!(out, "{} devices for {:.1} s", self.devices, self.seconds)?;
        writeln!(out, "  scheduled     {}", self.scheduled)?;
        writeln!(out, "  sent          {}, repetitions included", self.sent)?;
        writeln!(
            out,
            "  acknowledged  {} ({:.1} a second)",
            self.acknowledged,
            self.acknowledged as f64 / self.seconds
        )?;
        if let Some(receipts) = &self.receipts {
            writeln!(out, "  receipted     {}", receipts.receipted)?;
            writeln!(out, "  repeated      {}, acknowledged and without receipt", receipts.repeated)?;
        }
        writeln!(out, "  dropped       {}", self.dropped)?;
        writeln!(out, "  abandoned     {}", self.abandoned)?;
        writeln!(out, "  reconnects    {}", self.reconnects)?;
        let line = |name, p: Percentiles| {
            format!(
                "  {name}  p50 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms, longest {:.1} ms",
                p.p50, p.p99, p.p999, p.max
            )
        };
        writeln!(out, "{}", line("latency     ", self.latency_milliseconds))?;
        writeln!(out, "{}", line("delay       ", self.delay_milliseconds))?;
        if let Some(receipts) = &self.receipts {
            writeln!(out, "{}", line("receipt     ", receipts.delay_milliseconds))?;
        }
        writeln!(out, "{}", line("own lateness", self.lag_milliseconds))?;
        let warning = "; the simulator could not keep its schedule, so its latencies say little";
        let warning = if self.saturated { warning } else { "" };
        writeln!(out, "  own load      {:.2} cores{warning}", self.cpu_share)?;
        Ok(())
    }
}
