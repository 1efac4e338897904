//! `argosy-bench run`: everything that is measured, in one run on one machine.

use std::{io::Write as _, time::Duration};

use serde::Serialize;

use crate::{
    measure::Flow,
    scenario::{argosy, broker, copy, latency, telegraf},
    stack::Stack,
};

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RunOptions {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Seconds before each measurement of Argosy; rollups begin after 90
    #[arg(long, default_value_t = 120)]
    warm_up: u64,
    /// Rounds; medians are reported
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Devices
    #[arg(long, default_value_t = 50)]
    devices: u32,
    /// Measure these alone
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
struct Results {
    broker: Vec<Flow>,
    argosy: Vec<Flow>,
    copy: Vec<f64>,
    telegraf: Vec<Flow>,
    latency: Vec<latency::Latency>,
}

/// Measures.
pub(crate) async fn run(options: RunOptions) -> anyhow::Result<()> {
    let wants = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let time = Duration::from_secs(options.seconds);
    let warm_up = Duration::from_secs(options.warm_up);
    let mut results = Results::default();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        if wants("broker") {
            let flow = broker::measure(options.devices, time.min(Duration::from_secs(15))).await?;
            show("broker", &flow);
            results.broker.push(flow);
        }
        if wants("telegraf") {
            match telegraf::program() {
                Some(program) => {
                    let flow =
                        telegraf::measure(&program, options.devices, Duration::from_secs(10), time).await?;
                    show("telegraf", &flow);
                    results.telegraf.push(flow);
                }
                None => eprintln!("telegraf is not on this machine and is left out"),
            }
        }
        if wants("argosy") {
            let mut stack = Stack::start().await?;
            let flow = argosy::measure(&mut stack, options.devices, warm_up, time).await?;
            show("argosy", &flow);
            if wants("copy") {
                let rate = copy::measure(&stack).await?;
                eprintln!("copy         {rate:9.0} rows/s");
                results.copy.push(rate);
            }
            if wants("latency") {
                latency::prepare(&mut stack).await?;
                for share in [0.5, 0.8] {
                    let latency = latency::measure(
                        &stack,
                        options.devices,
                        flow.rate * share,
                        time.min(Duration::from_secs(30)),
                    )
                    .await?;
                    eprintln!("{latency:?}");
                    results.latency.push(latency);
                }
            }
            results.argosy.push(flow);
        }
    }
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &results)?;
    writeln!(out)?;
    Ok(())
}

fn show(name: &str, flow: &Flow) {
    eprintln!("{name:12} {:9.0} messages/s, backlog {:+}", flow.rate, flow.backlog_growth);
    for (process, used) in &flow.processes {
        eprintln!(
            "  {process:12} {:6.2} us/message {:6.2} cores {:5} MiB",
            used.microseconds,
            used.cores,
            used.peak_bytes / 1024 / 1024
        );
    }
    let all: f64 = flow.processes.values().map(|used| used.microseconds).sum();
    eprintln!("  {:12} {all:6.2} us/message", "all");
}
