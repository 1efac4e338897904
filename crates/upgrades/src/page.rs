//! The figures on the page about upgrades, between two marks.

use std::{fmt::Write as _, path::Path};

use anyhow::Context as _;

use crate::report::{Report, Switch};

/// Before the figures.
const BEGIN: &str = "<!-- The figures below are written by `make rehearse-upgrades ARGS=\"--runs 3 --page docs/upgrades.md\"`. -->\n";
/// After them.
const END: &str = "<!-- End of the figures. -->\n";

/// What is measured, in milliseconds.
type Row = (&'static str, fn(&Switch) -> u64);
const ROWS: [Row; 7] = [
    ("no message of the fleet committed", |switch| switch.pauses.fleet),
    ("no write by the API answered", |switch| switch.pauses.writes),
    ("no read by the API answered", |switch| switch.pauses.reads),
    ("from the fence to the new address", |switch| switch.steps.all),
    ("of that, until no session can write", |switch| switch.steps.fence),
    ("until the other server has everything", |switch| switch.steps.catch_up),
    ("until sequences are set and the way back is laid", |switch| switch.steps.turn),
];

/// Writes the figures of these rehearsals between the marks of the page.
pub(crate) fn write(path: &Path, reports: &[Report]) -> anyhow::Result<()> {
    let page = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let missing = || format!("{} has no marks for the figures", path.display());
    let (before, rest) = page.split_once(BEGIN).with_context(missing)?;
    let (_, after) = rest.split_once(END).with_context(missing)?;
    let page = format!("{before}{BEGIN}{}{END}{after}", figures(reports));
    std::fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))
}

fn figures(reports: &[Report]) -> String {
    let mut text = String::new();
    let Some(first) = reports.first() else { return text };
    let _ = write!(
        text,
        "\nPostgreSQL {} to {} and back, {} times on {} cores with everything on them; {} devices, {} messages a second. Milliseconds: the median, and \
         from the least to the most.\n\n|  | {} to {} | back |\n|---|---|---|\n",
        first.from,
        first.to,
        reports.len(),
        first.cores,
        first.devices,
        first.messages_a_second,
        first.from.split('.').next().unwrap_or_default(),
        first.to.split('.').next().unwrap_or_default(),
    );
    for (name, value) in ROWS {
        let column = |index: usize| {
            spread(reports.iter().filter_map(|report| report.switches.get(index)).map(value).collect())
        };
        let _ = writeln!(text, "| {name} | {} | {} |", column(0), column(1));
    }
    let sum = |of: fn(&Report) -> i64| reports.iter().map(of).sum::<i64>();
    let copies: Vec<f64> = reports.iter().map(|report| report.copy_seconds).collect();
    let calm = |of: fn(&Report) -> u64| spread(reports.iter().map(of).collect());
    let _ = write!(
        text,
        "\nWhile nothing is switched the longest pauses are {} (fleet), {} (writes) and {} (reads). The first copy took {:.1} to {:.1} s.\n\n\
         Of {} messages that the broker acknowledged **{} are missing and {} doubled**. At each fence, and at the end, every row of every table was the same at both \
         servers ({} tables, {} rows at the last end).\n\n",
        calm(|report| report.calm.fleet),
        calm(|report| report.calm.writes),
        calm(|report| report.calm.reads),
        copies.iter().copied().fold(f64::INFINITY, f64::min),
        copies.iter().copied().fold(0.0, f64::max),
        sum(|report| report.ledger.acknowledged),
        sum(|report| report.ledger.missing),
        sum(|report| report.ledger.doubled),
        reports.last().map_or(0, |report| report.rows.tables),
        reports.last().map_or(0, |report| report.rows.rows),
    );
    text
}

/// As `310 (290 to 340)`.
fn spread(mut values: Vec<u64>) -> String {
    values.sort_unstable();
    match (values.first(), values.get(values.len() / 2), values.last()) {
        (Some(least), Some(median), Some(most)) if least != most => format!("{median} ({least} to {most})"),
        (Some(only), ..) => only.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_median_and_its_ends() {
        assert_eq!(spread(vec![340, 290, 310]), "310 (290 to 340)");
        assert_eq!(spread(vec![7, 7]), "7");
        assert_eq!(spread(Vec::new()), "");
    }
}
