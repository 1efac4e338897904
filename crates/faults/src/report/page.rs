//! The page that tells of a run.

use std::fmt::Write as _;

use super::{Measured, Report};
use crate::kind::Kind;

/// What is the same on every page, before the figures.
const HEAD: &str = include_str!("head.md");

impl Report {
    /// The page, in Markdown.
    pub(super) fn page(&self) -> String {
        let mut text = HEAD.to_owned();
        self.write_run(&mut text);
        self.write_faults(&mut text);
        self.write_memory(&mut text);
        text
    }

    fn write_run(&self, text: &mut String) {
        let verdict = &self.verdict;
        let _ = write!(
            text,
            "\n## The last run\n\n\
             `{}` on {} cores, everything on them: {} devices, {} messages a second, {} faults in {:.0} s.\n\n\
             | | |\n|---|---|\n\
             | acknowledged by the broker | {} |\n| stored | {} |\n| **missing** | **{}** |\n| **doubled** | **{}** |\n\
             | rows and ledger that disagree | {} |\n| messages without sense, acknowledged | {} |\n\
             | of them, no dead letter | {} |\n| dead letters of messages that made sense | {} |\n",
            self.again,
            self.cores,
            self.devices,
            self.messages_a_second,
            self.faults.len(),
            self.seconds,
            verdict.acknowledged,
            verdict.stored,
            verdict.missing,
            verdict.doubled,
            verdict.unaccounted,
            verdict.poison,
            verdict.unrefused,
            verdict.wrongly_refused,
        );
        for failure in &self.failures {
            let _ = writeln!(text, "\n**{failure}**");
        }
        self.write_broker_kills(text);
    }

    fn write_broker_kills(&self, text: &mut String) {
        if self.broker_kills.is_empty() {
            return;
        }
        text.push_str(
            "\n## A killed broker\n\nKilled with -9 while ingest stood still for two seconds, in a phase of its own, with fifty devices.\n\n\
             | devices keep a message until | told to be safe | lost | doubled |\n|---|---|---|---|\n",
        );
        for kill in &self.broker_kills {
            let until = if kill.until_receipt { "its receipt" } else { "the broker's acknowledgement" };
            let _ = writeln!(text, "| {until} | {} | {} | {} |", kill.acknowledged, kill.lost, kill.doubled);
        }
    }

    fn write_faults(&self, text: &mut String) {
        text.push_str(
            "\n## Fault by fault\n\nSeconds: the longest of all times. *Pause* is without a commit, *recovery* from the fault's end until \
             commits flow at the fleet's rate, *made up* until all that was due is stored.\n\n\
             | fault | what happens | times | lost | doubled | pause | recovery | made up |\n\
             |---|---|---|---|---|---|---|---|\n",
        );
        for kind in Kind::all() {
            let name = kind.to_string();
            let measured = self.of(kind);
            if let Some(reason) = self.skipped.get(&name) {
                let _ = writeln!(text, "| `{name}` | {} | skipped: {reason} | | | | | |", kind.describe());
                continue;
            }
            let most = |value: fn(&Measured) -> Option<f64>| {
                let longest = measured.iter().filter_map(|fault| value(fault)).reduce(f64::max);
                longest.map_or_else(String::new, |longest| format!("{longest:.1}"))
            };
            let count = |of: &std::collections::BTreeMap<String, i64>| match measured.len() {
                0 => String::new(),
                _ => of.get(&name).copied().unwrap_or(0).to_string(),
            };
            let _ = writeln!(
                text,
                "| `{name}` | {} | {} | {} | {} | {} | {} | {} |",
                kind.describe(),
                measured.len(),
                count(&self.lost),
                count(&self.doubled),
                most(|fault| Some(fault.longest_pause_seconds)),
                most(|fault| fault.recovery_seconds),
                most(|fault| fault.caught_up_seconds),
            );
        }
    }

    fn write_memory(&self, text: &mut String) {
        text.push_str(
            "\n## Memory\n\nMiB, what processes share counted once.\n\n| part | most | at the end |\n|---|---|---|\n",
        );
        for (name, memory) in &self.memory {
            let _ = writeln!(text, "| {name} | {} | {} |", memory.most / 1024, memory.last / 1024);
        }
    }
}
