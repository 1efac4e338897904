//! `argosy-bench run`: everything that is measured, in one run on one machine.

use std::{io::Write as _, path::PathBuf, time::Duration};

use crate::{
    machine,
    measure::Flow,
    page,
    results::{self, Results},
    scenario::{argosy, broker, copy, growth, http, latency, pages, queries, readers, telegraf},
    stack::{Setup, Stack},
};

/// Before a measurement.
const WARM_UP: Duration = Duration::from_secs(10);
/// Rollups leave minutes alone for 90 s: a measurement of this length after the warm-up has none.
const BEFORE_ROLLUPS: Duration = Duration::from_secs(70);

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RunOptions {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Seconds before Argosy is measured with rollups, which begin after 90, and before its latency is
    #[arg(long, default_value_t = 120)]
    warm_up: u64,
    /// Rounds; medians are reported
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Devices
    #[arg(long, default_value_t = 50)]
    devices: u32,
    /// Sizes of fleets whose growth is measured
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,50000")]
    fleets: Vec<u32>,
    /// Readings that the table is filled with, to see what that changes
    #[arg(long, default_value_t = 20_000_000)]
    readings: u64,
    /// Measure these alone: broker, http, telegraf, argosy, copy, latency, costs, queries, pages, readers, fleets, readings
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Page to write the tables into
    #[arg(long)]
    page: Option<PathBuf>,
}

impl RunOptions {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Measures.
pub(crate) async fn run(options: RunOptions) -> anyhow::Result<()> {
    let mut results = Results {
        machine: machine::describe(),
        seconds: options.seconds,
        devices: options.devices,
        ..Results::default()
    };
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        limits(&options, &mut results).await?;
        flows(&options, &mut results).await?;
        costs(&options, &mut results).await?;
    }
    answers(&options, &mut results).await?;
    growth(&options, &mut results).await?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &results)?;
    writeln!(out)?;
    if let Some(file) = &options.page {
        page::write(&results, file)?;
    }
    Ok(())
}

/// What the parts could do at the most, and what others do.
async fn limits(options: &RunOptions, results: &mut Results) -> anyhow::Result<()> {
    let time = options.time();
    if options.wants("broker") {
        add(results, results::BROKER, broker::measure(options.devices, time / 2).await?);
    }
    if options.wants("http") {
        add(results, results::HTTP, http::measure(options.devices, time / 2).await?);
    }
    if options.wants("telegraf") {
        match telegraf::program() {
            Some(program) => {
                for (name, with_tls) in [(results::TELEGRAF, true), (results::TELEGRAF_PLAIN, false)] {
                    let flow = telegraf::measure(&program, options.devices, with_tls, WARM_UP, time).await?;
                    add(results, name, flow);
                }
            }
            None => eprintln!("telegraf is not on this machine and is left out"),
        }
    }
    Ok(())
}

/// Argosy before rollups begin, with them, and its latency; beside COPY into the same table.
async fn flows(options: &RunOptions, results: &mut Results) -> anyhow::Result<()> {
    if !options.wants("argosy") {
        return Ok(());
    }
    let time = options.time();
    let mut stack = Stack::start(Setup::default()).await?;
    let early = argosy::measure(&mut stack, options.devices, WARM_UP, time.min(BEFORE_ROLLUPS)).await?;
    add(results, results::EARLY, early);
    let warm_up = Duration::from_secs(options.warm_up).saturating_sub(WARM_UP + time);
    let flow = argosy::measure(&mut stack, options.devices, warm_up, time).await?;
    let rate = flow.rate;
    add(results, results::ARGOSY, flow);
    if options.wants("copy") {
        let rate = copy::measure(&stack).await?;
        eprintln!("{:24} {rate:9.0} rows/s", "copy");
        results.copy.push(rate);
    }
    if options.wants("latency") {
        latency::prepare(&mut stack).await?;
        let measure = async |share| {
            let (warm_up, time) = (Duration::from_secs(options.warm_up), time.min(Duration::from_secs(30)));
            let latency = latency::measure(&stack, options.devices, rate * share, warm_up, time).await?;
            eprintln!("{latency:?}");
            anyhow::Ok(latency)
        };
        results.latency.push((measure(0.5).await?, measure(0.8).await?));
    }
    Ok(())
}

/// What parts of it cost, beside Argosy before rollups begin.
async fn costs(options: &RunOptions, results: &mut Results) -> anyhow::Result<()> {
    if !options.wants("costs") {
        return Ok(());
    }
    let all = Setup::default();
    for (name, setup) in [
        (results::PLAIN, Setup { tls: false, ..all }),
        (results::ALONE, Setup { redis: false, ..all }),
        (results::SILENT, Setup { receipts: false, ..all }),
    ] {
        let mut stack = Stack::start(setup).await?;
        let time = (options.time() / 2).min(BEFORE_ROLLUPS);
        add(results, name, argosy::measure(&mut stack, options.devices, WARM_UP, time).await?);
    }
    Ok(())
}

/// What asks the API: queries, pages, readers of the live tail.
async fn answers(options: &RunOptions, results: &mut Results) -> anyhow::Result<()> {
    if !["queries", "pages", "readers"].into_iter().any(|name| options.wants(name)) {
        return Ok(());
    }
    let time = options.time().min(Duration::from_secs(20));
    let mut stack = Stack::start(Setup::default()).await?;
    queries::prepare(&stack).await?;
    if options.wants("queries") {
        results.queries = queries::measure(&mut stack).await?;
        eprintln!("{:#?}", results.queries);
    }
    if options.wants("pages") {
        results.pages = pages::measure(&mut stack, time / 2).await?;
        eprintln!("{:#?}", results.pages);
    }
    if options.wants("readers") {
        results.readers = readers::measure(&mut stack, time).await?;
        eprintln!("{:#?}", results.readers);
    }
    Ok(())
}

/// More devices, and more readings.
async fn growth(options: &RunOptions, results: &mut Results) -> anyhow::Result<()> {
    let time = options.time() / 2;
    if options.wants("fleets") {
        for devices in &options.fleets {
            let grown = growth::devices(*devices, time).await?;
            show(&format!("{devices} devices"), &grown.flow);
            eprintln!("{:?}", grown.latency);
            results.growth.push(grown);
        }
    }
    if options.wants("readings") {
        let grown = growth::readings(options.devices, options.readings, time).await?;
        show(&format!("{} readings", grown.readings), &grown.flow);
        eprintln!("{:?} {:#?}", grown.latency, grown.queries);
        results.growth.push(grown);
    }
    Ok(())
}

fn add(results: &mut Results, name: &str, flow: Flow) {
    show(name, &flow);
    results.add(name, flow);
}

fn show(name: &str, flow: &Flow) {
    eprintln!("{name:24} {:9.0} messages/s, backlog {:+}", flow.rate, flow.backlog_growth);
    for (process, used) in &flow.processes {
        eprintln!(
            "  {process:22} {:6.2} us/message {:6.2} cores {:5} MiB",
            used.microseconds,
            used.cores,
            used.peak_bytes / 1024 / 1024
        );
    }
    let all: f64 = flow.processes.values().map(|used| used.microseconds).sum();
    eprintln!("  {:22} {all:6.2} us/message", "all");
}
