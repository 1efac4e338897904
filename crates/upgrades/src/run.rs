//! Rehearsals, one after the other, and what they say together.

use anyhow::Context as _;
use argosy_stack::Files;
use tokio::signal::unix::{SignalKind, signal};

use crate::{Arguments, page, rehearsal::rehearse, report::Report};

/// Runs, and tells whether nothing was found.
pub async fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        result = rehearsals(&arguments) => result,
        _ = terminate.recv() => Err(anyhow::anyhow!("it was stopped")),
        _ = interrupt.recv() => Err(anyhow::anyhow!("it was stopped")),
    }
}

async fn rehearsals(arguments: &Arguments) -> anyhow::Result<bool> {
    let mut reports: Vec<Report> = Vec::new();
    for number in 1..=arguments.runs {
        let folder = arguments.folder.join(number.to_string());
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let report = rehearse(arguments, Files::at(&folder)?)
            .await
            .with_context(|| format!("rehearsal {number} broke off; its logs are in {}", folder.display()))?;
        if !arguments.json {
            report.print()?;
        }
        if report.is_good() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        } else {
            eprintln!("logs and ledgers are in {}", folder.display());
        }
        reports.push(report);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    let is_good = reports.iter().all(Report::is_good);
    if let Some(page) = arguments.page.as_deref().filter(|_| is_good) {
        page::write(page, &reports)?;
    }
    Ok(is_good)
}
