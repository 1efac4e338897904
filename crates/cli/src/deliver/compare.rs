//! `argosy diff`.

use std::{fmt, io::Write};

use argosy_delivery::{Delivery, Diff, DiffRequest, Finding};
use serde_json::Value;

use super::options::DiffOptions;
use crate::json;

/// How many characters of a value are shown.
const SHOWN: usize = 100;

/// That they differ, which is an answer.
#[derive(Debug)]
pub(super) struct Differs(usize);

impl fmt::Display for Differs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} differences that argosy.toml does not allow", self.0)
    }
}

impl std::error::Error for Differs {}

pub(super) async fn run(delivery: &Delivery, options: DiffOptions) -> anyhow::Result<()> {
    let request = match options.env {
        Some(environment) => DiffRequest::Commits { left: options.left, right: options.right, environment },
        None => DiffRequest::Environments {
            left: options.left,
            right: options.right,
            at: options.at,
            work_tree: options.worktree,
        },
    };
    let diff = delivery.diff(&request).await?;
    let mut out = std::io::stdout().lock();
    if options.json {
        json::print(&mut out, &diff)?;
    } else {
        print(&mut out, &diff, options.all)?;
    }
    if diff.findings.is_empty() { Ok(()) } else { Err(Differs(diff.findings.len()).into()) }
}

fn print(out: &mut impl Write, diff: &Diff, all: bool) -> std::io::Result<()> {
    for finding in &diff.findings {
        print_finding(out, diff, finding)?;
    }
    if all {
        for finding in &diff.allowed {
            print_finding(out, diff, finding)?;
            writeln!(
                out,
                "    allowed{}",
                finding.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default()
            )?;
        }
    }
    let [left, right] = diff.objects;
    eprintln!(
        "{} has {left} objects, {} has {right}; {} differences are allowed.",
        diff.left,
        diff.right,
        diff.allowed.len()
    );
    Ok(())
}

fn print_finding(out: &mut impl Write, diff: &Diff, finding: &Finding) -> std::io::Result<()> {
    let Finding { kind, name, .. } = finding;
    let Some(field) = &finding.field else {
        let side = if finding.left.is_some() { &diff.left } else { &diff.right };
        return writeln!(out, "{kind} {name}\n    only in {side}");
    };
    writeln!(out, "{kind} {name} {field}")?;
    for (side, value) in [(&diff.left, &finding.left), (&diff.right, &finding.right)] {
        writeln!(out, "    {side}: {}", value.as_ref().map_or("-".into(), short))?;
    }
    Ok(())
}

/// A value in a line.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
