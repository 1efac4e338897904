//! `argosy doctor`.

mod upgrade;

use std::{io::Write as _, process::ExitCode};

use argosy_delivery::Delivery;
use argosy_workshop::doctor::{About, diagnose};
use chrono::Utc;

use super::{found, options::DoctorOptions};

pub(super) async fn run(delivery: &Delivery, options: &DoctorOptions) -> anyhow::Result<ExitCode> {
    if let Some(kubernetes) = &options.kubernetes {
        return upgrade::run(delivery, kubernetes, options).await;
    }
    let diagnosis = diagnose(delivery, Utc::now().date_naive()).await?;
    let mut out = std::io::stdout().lock();
    if options.json {
        crate::json::print(&mut out, &diagnosis)?;
        return Ok(found(!diagnosis.findings.is_empty()));
    }
    writeln!(out, "here: {}", diagnosis.programs.join(", "))?;
    for (about, title) in [
        (About::Machine, "This machine lacks"),
        (About::Repository, "This repository"),
        (About::Lifecycle, "What has ended, or will soon"),
    ] {
        let mut findings = diagnosis.findings.iter().filter(|finding| finding.about == about).peekable();
        if findings.peek().is_some() {
            writeln!(out, "\n{title}")?;
        }
        for finding in findings {
            writeln!(out, "  {}\n    -> {}", finding.what, finding.mend)?;
        }
    }
    let count = diagnosis.findings.len();
    writeln!(out, "\n{count} found; versions as of {}.", diagnosis.table_checked)?;
    Ok(found(count > 0))
}
