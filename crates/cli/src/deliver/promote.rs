//! `argosy promote`.

use std::io::Write;

use argosy_delivery::{Access, Delivery, Drawn, Outcome, PromoteRequest, Promotion};
use chrono::Utc;

use super::{options::PromoteOptions, write};
use crate::json;

pub(super) async fn run(delivery: &Delivery, options: PromoteOptions) -> anyhow::Result<()> {
    let telling = options.telling;
    let request = PromoteRequest {
        from: options.from,
        to: options.to,
        services: options.services,
        actor: options.actor,
        is_branch_only: options.branch_only,
        is_dry_run: telling.dry_run,
        access: Access::of_environment(),
        now: Utc::now(),
    };
    let promotion = delivery.promote(&request).await?;
    let mut out = std::io::stdout().lock();
    if telling.json {
        json::print(&mut out, &promotion)?;
    } else {
        print(&mut out, &promotion, telling.dry_run)?;
    }
    Ok(())
}

fn print(out: &mut impl Write, promotion: &Promotion, is_dry_run: bool) -> std::io::Result<()> {
    let Promotion { from, to, branch, .. } = promotion;
    for hold in &promotion.held {
        writeln!(out, "{to} {:12} is held by {} and stays as it is", hold.service, hold.by)?;
    }
    write::print_changes(out, to, &promotion.changes)?;
    if promotion.changes.is_empty() {
        eprintln!("Nothing to promote: {to} has what {from} has, but for what is held.");
        return Ok(());
    }
    if is_dry_run {
        write::print_lines(out, &promotion.lines)?;
        writeln!(out, "\n{}\n\n{}", promotion.title, promotion.body)?;
        eprintln!("Nothing is written: --dry-run.");
        return Ok(());
    }
    if let Some(request) = &promotion.request {
        writeln!(out, "{}", request.url)?;
    }
    if let Some(commit) = &promotion.commit {
        if promotion.is_pushed {
            eprintln!("Pushed {} to {branch}.", commit.short());
        } else {
            eprintln!("{branch} says that already, at {}.", commit.short());
        }
    }
    match &promotion.request {
        Some(request) => {
            let outcome = match request.outcome {
                Drawn::Opened => "Opened",
                Drawn::Updated => "Updated",
            };
            eprintln!("{outcome} {} {}; merging it deploys.", request.kind, request.number);
        }
        None => eprintln!("Open a pull request from {branch} yourself; merging it deploys."),
    }
    if promotion.outcome != Outcome::Pass {
        eprintln!(
            "Not every gate passes: {} fail, {} absent. `argosy verify {to} --from {from}` says which.",
            Outcome::Fail.count(&promotion.gates),
            Outcome::Absent.count(&promotion.gates)
        );
    }
    Ok(())
}
