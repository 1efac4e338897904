//! A run: the stack, its fleet, one fault after the other, and the verdict.

mod conductor;
mod finish;
mod kill_broker;
mod recovery;

use std::{
    collections::BTreeMap,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, bail};
use argosy_stack::Files;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::Instant,
};

use crate::{
    Arguments,
    kind::Kind,
    plan::Plan,
    report::{self, Report},
    screen::Screen,
    verdict::Verdict,
};
use conductor::Conductor;

/// Megabytes of PostgreSQL's disk: at the start, and more with each minute.
const DISK: (u64, u64) = (3000, 200);

/// Runs, and tells whether nothing was found.
pub async fn run(arguments: Arguments) -> anyhow::Result<bool> {
    raise_file_limit();
    let screen = Screen::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let result = tokio::select! {
        result = faults(&arguments, &screen) => result,
        _ = terminate.recv() => Err(anyhow::anyhow!("it was stopped")),
        _ = interrupt.recv() => Err(anyhow::anyhow!("it was stopped")),
    };
    screen.end();
    result
}

/// A run for each seed, one after the other, whatever is found.
async fn faults(arguments: &Arguments, screen: &Screen) -> anyhow::Result<bool> {
    let seeds = if arguments.seed.is_empty() { vec![seed_of_the_clock()] } else { arguments.seed.clone() };
    let page = arguments.page.as_deref().filter(|_| arguments.is_full());
    let mut reports = Vec::new();
    for seed in seeds.iter().copied() {
        reports.push(faults_of(arguments, seed, screen).await?);
        report::write(&reports, &arguments.again(&seeds), &arguments.folder.join("report.json"), page)?;
    }
    Ok(reports.iter().all(Report::is_good))
}

async fn faults_of(arguments: &Arguments, seed: u64, screen: &Screen) -> anyhow::Result<Report> {
    screen.say(&format!("seed {seed}; the same again: {}", arguments.again(&[seed])));
    let folder = arguments.folder.join(seed.to_string());
    forget(&folder)?;
    let files = Files::at(&folder)?;
    let mut conductor = Conductor::start(arguments, files, seed, screen)
        .await
        .with_context(|| format!("the stack does not start; its logs are in {}", folder.display()))?;
    let kinds = if arguments.only.is_empty() { Kind::all() } else { arguments.only.clone() };
    let deadline = Instant::now() + arguments.duration();
    for step in Plan::new(seed, kinds) {
        if Instant::now() > deadline && !(step.round == 1 && arguments.is_full()) {
            break;
        }
        conductor.play(step).await?;
    }
    let report = conductor.finish(arguments).await?;
    print(&report)?;
    if !report.is_good() {
        screen.say(&format!(
            "Something was found. The same again: {}; what is known of it: {}",
            arguments.again(&[seed]),
            folder.display()
        ));
    } else if !arguments.keep {
        forget(&folder)?;
    }
    Ok(report)
}

/// A report that has nothing in it yet.
fn empty_report(arguments: &Arguments, seed: u64, messages_a_second: f64) -> Report {
    Report {
        seed,
        minutes: arguments.minutes,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        devices: arguments.devices + 1,
        messages_a_second,
        seconds: 0.0,
        faults: Vec::new(),
        skipped: BTreeMap::new(),
        verdict: Verdict::default(),
        lost: BTreeMap::new(),
        doubled: BTreeMap::new(),
        memory: BTreeMap::new(),
        broker_kills: Vec::new(),
        reference_client: None,
        failures: Vec::new(),
    }
}

/// In a few lines on stdout.
fn print(report: &Report) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let verdict = &report.verdict;
    writeln!(out, "{} faults in {:.0} s", report.faults.len(), report.seconds)?;
    writeln!(out, "  acknowledged     {}", verdict.acknowledged)?;
    writeln!(out, "  stored           {}", verdict.stored)?;
    writeln!(out, "  missing          {}", verdict.missing)?;
    writeln!(out, "  doubled          {}", verdict.doubled)?;
    writeln!(out, "  unaccounted      {}", verdict.unaccounted)?;
    writeln!(out, "  without sense    {}, of them no dead letter {}", verdict.poison, verdict.unrefused)?;
    writeln!(out, "  wrongly refused  {}", verdict.wrongly_refused)?;
    if let Some(client) = &report.reference_client {
        let (made, receipted) = (client.said.made, client.said.receipted);
        let (missing, doubled) = (client.missing, client.doubled);
        writeln!(
            out,
            "  reference client {made} made, {receipted} with a receipt, missing {missing}, doubled {doubled}"
        )?;
    }
    for difference in &verdict.differences {
        writeln!(
            out,
            "  {}, boot {}: {} {}",
            difference.device, difference.boot, difference.what, difference.numbers
        )?;
    }
    for failure in &report.failures {
        writeln!(out, "  {failure}")?;
    }
    Ok(())
}

fn forget(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            bail!("cannot remove {}: {error}", folder.display())
        }
        _ => Ok(()),
    }
}

fn seed_of_the_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Each device is two open files of the proxy.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where it cannot be raised, a large fleet will say so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}
