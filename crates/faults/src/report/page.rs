//! The page that tells of runs.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Measured, Report};
use crate::{kind::Kind, roster::Memory};

/// What is the same on every page, before the figures.
const HEAD: &str = include_str!("head.md");

/// A row of a table that has a column a run: its name, and what it says of a run.
type Row = (&'static str, fn(&Report) -> String);

/// What the database said, and how long it took.
const TOTALS: [Row; 10] = [
    ("faults", |run| run.faults.len().to_string()),
    ("seconds", |run| format!("{:.0}", run.seconds)),
    ("acknowledged by the broker", |run| run.verdict.acknowledged.to_string()),
    ("stored", |run| run.verdict.stored.to_string()),
    ("**missing**", |run| format!("**{}**", run.verdict.missing)),
    ("**doubled**", |run| format!("**{}**", run.verdict.doubled)),
    ("rows and ledger that disagree", |run| run.verdict.unaccounted.to_string()),
    ("messages without sense, acknowledged", |run| run.verdict.poison.to_string()),
    ("of them, no dead letter", |run| run.verdict.unrefused.to_string()),
    ("dead letters of messages that made sense", |run| run.verdict.wrongly_refused.to_string()),
];

/// The page of these runs, which `again` gives again, in Markdown.
pub(super) fn page(runs: &[Report], again: &str) -> String {
    let mut text = HEAD.to_owned();
    write_totals(&mut text, runs, again);
    write_reference_client(&mut text, runs);
    write_broker_kills(&mut text, runs);
    write_faults(&mut text, runs);
    write_memory(&mut text, runs);
    text
}

fn write_totals(text: &mut String, runs: &[Report], again: &str) {
    let Some(first) = runs.first() else { return };
    let _ = write!(
        text,
        "\n## The last {}\n\n`{again}` on {} cores, everything on them: {} devices, {} messages a second.\n\n",
        if runs.len() == 1 { "run" } else { "runs, one after the other" },
        first.cores,
        first.devices,
        first.messages_a_second,
    );
    write_row(text, "", runs, |run| format!("seed {}", run.seed));
    write_row(text, "---", runs, |_| "---".into());
    for (name, value) in TOTALS {
        write_row(text, name, runs, value);
    }
    for run in runs {
        for failure in &run.failures {
            let _ = writeln!(text, "\n**Seed {}: {failure}**", run.seed);
        }
    }
}

fn write_row(text: &mut String, name: &str, runs: &[Report], value: impl Fn(&Report) -> String) {
    let values: Vec<String> = runs.iter().map(value).collect();
    let _ = writeln!(text, "| {name} | {} |", values.join(" | "));
}

fn write_reference_client(text: &mut String, runs: &[Report]) {
    text.push_str(
        "\n## The reference client\n\n[A hundred lines of Python](examples/device.py), as one more device in each run, and in the phase that \
         kills the broker.\n\n\
         | seed | made | with a receipt | stored | missing | doubled | sent | connections |\n|---|---|---|---|---|---|---|---|\n",
    );
    for run in runs {
        let Some(client) = &run.reference_client else { continue };
        let said = &client.said;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            run.seed,
            said.made,
            said.receipted,
            client.stored,
            client.missing,
            client.doubled,
            said.sent,
            said.connections,
        );
    }
}

fn write_broker_kills(text: &mut String, runs: &[Report]) {
    text.push_str(
        "\n## A killed broker\n\nKilled with -9 after ingest was away for two seconds, in a phase of its own, with fifty devices.\n\n\
         | seed | devices keep a message until | told to be safe | lost | doubled |\n|---|---|---|---|---|\n",
    );
    for run in runs {
        for kill in &run.broker_kills {
            let until = if kill.until_receipt { "its receipt" } else { "the broker's acknowledgement" };
            let (told, lost, doubled) = (kill.acknowledged, kill.lost, kill.doubled);
            let _ = writeln!(text, "| {} | {until} | {told} | {lost} | {doubled} |", run.seed);
        }
    }
}

fn write_faults(text: &mut String, runs: &[Report]) {
    text.push_str(
        "\n## Fault by fault\n\nSeconds: the longest of all times. *Pause* is without a commit, *recovery* from the fault's end until \
         commits flow at the fleet's rate, *made up* until all that was due is stored.\n\n\
         | fault | what happens | times | lost | doubled | pause | recovery | made up |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for kind in Kind::all() {
        let name = kind.to_string();
        let skipped = runs.iter().find_map(|run| run.skipped.get(&name));
        if let Some(reason) = skipped {
            let _ = writeln!(text, "| `{name}` | {} | skipped: {reason} | | | | | |", kind.describe());
            continue;
        }
        let measured: Vec<&Measured> =
            runs.iter().flat_map(|run| &run.faults).filter(|fault| fault.fault == name).collect();
        let most = |value: fn(&Measured) -> Option<f64>| {
            let longest = measured.iter().filter_map(|fault| value(fault)).reduce(f64::max);
            longest.map_or_else(String::new, |longest| format!("{longest:.1}"))
        };
        let count = |of: fn(&Report) -> &BTreeMap<String, i64>| match measured.len() {
            0 => String::new(),
            _ => runs.iter().filter_map(|run| of(run).get(&name)).sum::<i64>().to_string(),
        };
        let _ = writeln!(
            text,
            "| `{name}` | {} | {} | {} | {} | {} | {} | {} |",
            kind.describe(),
            measured.len(),
            count(|run| &run.lost),
            count(|run| &run.doubled),
            most(|fault| Some(fault.longest_pause_seconds)),
            most(|fault| fault.recovery_seconds),
            most(|fault| fault.caught_up_seconds),
        );
    }
}

fn write_memory(text: &mut String, runs: &[Report]) {
    text.push_str(
        "\n## Memory\n\nMiB, what processes share counted once; the most of all runs.\n\n| part | most | at the end |\n|---|---|---|\n",
    );
    let mut parts: BTreeMap<&str, Memory> = BTreeMap::new();
    for (name, memory) in runs.iter().flat_map(|run| &run.memory) {
        let all = parts.entry(name).or_default();
        *all = Memory { most: all.most.max(memory.most), last: all.last.max(memory.last) };
    }
    for (name, memory) in parts {
        let _ = writeln!(text, "| {name} | {} | {} |", memory.most / 1024, memory.last / 1024);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn run(seed: u64, recovery: f64) -> Report {
        let fault = Measured {
            step: 1,
            fault: "api-kill".into(),
            replica: 0,
            with: None,
            at_seconds: 1.0,
            lasted_seconds: 1.0,
            longest_pause_seconds: 0.5,
            recovery_seconds: Some(recovery),
            caught_up_seconds: None,
            did: String::new(),
        };
        Report {
            seed,
            minutes: 10.0,
            cores: 2,
            devices: 501,
            messages_a_second: 2400.0,
            seconds: 600.0,
            faults: vec![fault],
            skipped: [("postgres-disk-full".to_owned(), "no root".to_owned())].into(),
            verdict: Verdict { acknowledged: 10, stored: 10, ..Verdict::default() },
            lost: [("api-kill".to_owned(), 2)].into(),
            doubled: BTreeMap::new(),
            memory: [("api-1".to_owned(), Memory { most: 2048 * seed, last: 1024 })].into(),
            broker_kills: Vec::new(),
            reference_client: None,
            failures: vec!["It broke.".into()],
        }
    }

    #[test]
    fn a_page_of_two_runs_has_a_column_of_each_and_one_table_of_faults() {
        let text = page(&[run(7, 3.0), run(8, 4.5)], "make faults");
        for line in [
            "|  | seed 7 | seed 8 |",
            "| acknowledged by the broker | 10 | 10 |",
            "**Seed 8: It broke.**",
            "| `api-kill` | a replica of the API is killed with -9, and started again within 2 s | 2 | 4 | 0 | 0.5 | 4.5 |  |",
            "| api-1 | 16 | 1 |",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
        }
        assert!(text.contains("skipped: no root"), "{text}");
    }
}
