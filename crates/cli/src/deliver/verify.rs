//! `argosy verify`.

use std::{fmt, io::Write};

use argosy_delivery::{Access, Delivery, Outcome, Verification, VerifyRequest};
use chrono::Utc;

use super::options::VerifyOptions;
use crate::json;

/// That not every gate passes, which is an answer.
#[derive(Debug)]
pub(super) struct NotPassed {
    fail: usize,
    absent: usize,
}

impl NotPassed {
    /// Whether one fails.
    pub(super) fn fails(&self) -> bool {
        self.fail > 0
    }
}

impl fmt::Display for NotPassed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not every gate passes: {} fail, {} absent", self.fail, self.absent)
    }
}

impl std::error::Error for NotPassed {}

pub(super) async fn run(delivery: &Delivery, options: VerifyOptions) -> anyhow::Result<()> {
    let request = VerifyRequest {
        environment: options.env,
        from: options.from,
        services: options.services,
        rebuilt: options.rebuilt,
        access: Access::of_environment(),
        now: Utc::now(),
    };
    let verification = delivery.verify(&request).await?;
    let mut out = std::io::stdout().lock();
    if options.json {
        json::print(&mut out, &verification)?;
    } else {
        print(&mut out, &verification)?;
    }
    let count = |outcome: Outcome| outcome.count(&verification.services);
    match verification.outcome {
        Outcome::Pass => Ok(()),
        Outcome::Absent | Outcome::Fail => {
            Err(NotPassed { fail: count(Outcome::Fail), absent: count(Outcome::Absent) }.into())
        }
    }
}

fn print(out: &mut impl Write, verification: &Verification) -> std::io::Result<()> {
    if let Some(proposed) = &verification.proposed {
        writeln!(out, "what {} would bring to {}", proposed.short(), verification.environment)?;
    }
    for service in &verification.services {
        let source = service.source_commit.as_ref().map_or("unknown", |source| source.short());
        writeln!(out, "{} {}@{} of {source}", service.service, service.image, service.digest.short())?;
        for judged in &service.gates {
            writeln!(out, "  {:6} {:10} {}", judged.outcome.as_str(), judged.gate, judged.evidence)?;
        }
        if service.gates.is_empty() {
            writeln!(out, "  argosy.toml gives {} no gates", verification.environment)?;
        }
    }
    for hold in &verification.held {
        writeln!(
            out,
            "{} is held in {} by {}: nothing comes",
            hold.service, verification.environment, hold.by
        )?;
    }
    if verification.services.is_empty() {
        eprintln!("There is nothing to ask the gates of {} about.", verification.environment);
    }
    Ok(())
}
