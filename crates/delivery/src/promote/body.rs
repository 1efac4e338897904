//! The body of a promotion's pull request, in the Markdown that all code hosts read. What people or peers wrote stands in blocks of
//! plain text, where it can neither call anybody nor close an issue.

use super::{Promotion, between::Between};
use crate::{Finding, Outcome};

/// How many characters of a rendered value are shown.
const SHOWN: usize = 100;
/// What stands where something was cut.
const CUT: &str = "... `argosy promote --dry-run` shows the rest";

/// A part of the body. Parts are cut from the last one on, where a host keeps less.
#[derive(Debug, Default)]
struct Part {
    heading: Option<&'static str>,
    text: Vec<String>,
    block: Vec<String>,
    is_cut: bool,
}

/// The body, in at most so many characters.
pub(super) fn body(promotion: &Promotion, limit: usize) -> String {
    let mut parts: Vec<Part> =
        [summary, contracts, older, held, gates, message, commits, migrations, rendered]
            .into_iter()
            .map(|part| part(promotion))
            .filter(|part| !part.text.is_empty() || !part.block.is_empty())
            .collect();
    loop {
        let markdown = parts.iter().map(Part::to_markdown).collect::<Vec<_>>().join("\n");
        if markdown.chars().count() <= limit {
            return markdown;
        }
        match parts.iter_mut().rev().find(|part| !part.block.is_empty()) {
            Some(part) => {
                part.block.pop();
                part.is_cut = true;
            }
            None => return markdown.chars().take(limit).collect(),
        }
    }
}

impl Part {
    fn of(heading: &'static str, text: Vec<String>, block: Vec<String>) -> Self {
        if block.is_empty() {
            return Self::default();
        }
        Self { heading: Some(heading), text, block, is_cut: false }
    }

    fn to_markdown(&self) -> String {
        let mut lines = Vec::new();
        if let Some(heading) = self.heading {
            lines.extend([format!("## {heading}"), String::new()]);
        }
        lines.extend(self.text.iter().cloned());
        if !self.block.is_empty() {
            if !self.text.is_empty() {
                lines.push(String::new());
            }
            lines.push("```text".into());
            lines.extend(self.block.iter().map(|line| plain(line)));
            lines.push("```".into());
        }
        if self.is_cut {
            lines.push(CUT.into());
        }
        lines.join("\n") + "\n"
    }
}

/// A line that cannot end the block it stands in.
fn plain(line: &str) -> String {
    line.replace("```", "'''").chars().filter(|letter| !letter.is_control()).collect()
}

fn summary(promotion: &Promotion) -> Part {
    let Promotion { from, to, head, .. } = promotion;
    let mut text = vec![
        format!(
            "Whoever merges this makes **{to}** run what **{from}** runs. `argosy promote {from} {to}` wrote it at {}; running it again brings it up to date.",
            head.short()
        ),
        String::new(),
        format!("| service | {to} runs | built from | would run | built from | commits |"),
        "|---|---|---|---|---|---|".into(),
    ];
    for (change, between) in promotion.changes.iter().zip(&promotion.between) {
        let source = |commit: &Option<crate::CommitId>| {
            commit.as_ref().map_or_else(|| "unknown".to_owned(), |commit| format!("`{}`", commit.short()))
        };
        let commits = match between {
            Between { unknown: Some(_), .. } => "unknown".to_owned(),
            Between { come, go, .. } if go.count > 0 => format!("{}, and {} fewer", come.count, go.count),
            Between { come, .. } => come.count.to_string(),
        };
        text.push(format!(
            "| {} | `{}` | {} | `{}` | {} | {commits} |",
            change.service,
            change.before.short(),
            source(&between.before),
            change.after.short(),
            source(&between.after)
        ));
    }
    Part { text, ..Part::default() }
}

fn contracts(promotion: &Promotion) -> Part {
    let block = promotion.between.iter().flat_map(|between| {
        let line = |(migration, why): (&super::Migration, &str)| {
            format!("{} {}: {why}", between.service, migration.file)
        };
        between.contracts().map(line).collect::<Vec<_>>()
    });
    let text = vec![
        "**These migrations take away what earlier versions need. `argosy rollback` will not go back past them.**".into(),
    ];
    Part::of("CONTRACT: there is no way back after this", text, block.collect())
}

fn older(promotion: &Promotion) -> Part {
    let block = promotion.between.iter().flat_map(|between| passing(between, &between.go)).collect();
    let text =
        vec![format!("**{} would lose these commits**, which are not in what would come.", promotion.to)];
    Part::of("OLDER than what runs, or of another branch", text, block)
}

fn held(promotion: &Promotion) -> Part {
    let line = |hold: &crate::Hold| {
        let why = hold.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("{} since {} by {}{why}", hold.service, hold.since, hold.by)
    };
    let text = vec![format!("These stay as they are in {} until `argosy release`.", promotion.to)];
    Part::of("Held", text, promotion.held.iter().map(line).collect())
}

fn gates(promotion: &Promotion) -> Part {
    let mut block = Vec::new();
    for service in &promotion.gates {
        block.push(service.service.to_string());
        for judged in &service.gates {
            block.push(format!("  {:6} {:10} {}", judged.outcome.as_str(), judged.gate, judged.evidence));
        }
    }
    let (fail, absent) = (Outcome::Fail.count(&promotion.gates), Outcome::Absent.count(&promotion.gates));
    let to = &promotion.to;
    let text = match (promotion.outcome, promotion.gates.iter().any(|service| !service.gates.is_empty())) {
        (_, false) => {
            return Part { text: vec![format!("argosy.toml gives {to} no gates.")], ..Part::default() };
        }
        (Outcome::Pass, true) => {
            format!("Every gate passed when this was written. `argosy verify {to}` asks them again.")
        }
        (_, true) => format!(
            "**{fail} fail, {absent} are absent**, as of when this was written. `argosy verify {to}` asks them again, and is what keeps this from being merged."
        ),
    };
    Part::of("Gates", vec![text], block)
}

fn message(promotion: &Promotion) -> Part {
    let block = promotion.message.iter().flat_map(|message| message.trim_end().lines().map(str::to_owned));
    Part::of(
        "The commit",
        vec!["Keep these lines in the message, however it is merged: `argosy audit` reads them.".into()],
        block.collect(),
    )
}

fn commits(promotion: &Promotion) -> Part {
    let block = promotion.between.iter().flat_map(|between| {
        let unknown = between.unknown.map(|why| format!("{}: {why}", between.service));
        unknown.into_iter().chain(passing(between, &between.come))
    });
    Part::of("Commits", Vec::new(), block.collect())
}

/// The commits of a service, and how many more there are.
fn passing(between: &Between, passage: &super::Passage) -> Vec<String> {
    if passage.count == 0 {
        return Vec::new();
    }
    let mut lines = vec![format!("{} ({})", between.service, passage.count)];
    let line = |commit: &super::PassingCommit| {
        format!("  {} {} ({})", commit.commit.short(), commit.subject, commit.author)
    };
    lines.extend(passage.commits.iter().map(line));
    if passage.count > passage.commits.len() {
        lines.push(format!("  and {} more", passage.count - passage.commits.len()));
    }
    lines
}

fn migrations(promotion: &Promotion) -> Part {
    let block = promotion.between.iter().flat_map(|between| {
        let line = |migration: &super::Migration| format!("{} {}", between.service, migration.file);
        between.come.migrations.iter().map(line).collect::<Vec<_>>()
    });
    Part::of("Migrations", Vec::new(), block.collect())
}

fn rendered(promotion: &Promotion) -> Part {
    match &promotion.rendered {
        Ok(findings) => Part::of("Rendered", Vec::new(), findings.iter().flat_map(finding).collect()),
        Err(why) => {
            Part::of("Rendered", vec!["How the objects differ is not known:".into()], vec![why.clone()])
        }
    }
}

fn finding(finding: &Finding) -> Vec<String> {
    let Finding { kind, name, field, left, right, .. } = finding;
    let value = |value: &Option<serde_json::Value>| {
        let text = value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}...", &text[..end]),
            None => text,
        }
    };
    match field {
        None if left.is_some() => vec![format!("{kind} {name} goes")],
        None => vec![format!("{kind} {name} comes")],
        Some(field) => vec![
            format!("{kind} {name} {field}"),
            format!("    now:  {}", value(left)),
            format!("    then: {}", value(right)),
        ],
    }
}
