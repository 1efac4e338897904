//! What a rehearsal found, in words and in JSON.

use std::io::Write as _;

use argosy_simulator::Verdict;
use serde::Serialize;

use crate::{probes::Pauses, rows::Comparison, switch::Steps};

/// A rehearsal.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The version of the first server.
    pub(crate) from: String,
    /// And of the other one.
    pub(crate) to: String,
    /// Cores of the machine.
    pub(crate) cores: usize,
    /// Devices of the fleet.
    pub(crate) devices: u32,
    /// Messages a second.
    pub(crate) messages_a_second: f64,
    /// What the checks named before it was mended.
    pub(crate) refused: Vec<String>,
    /// Seconds that the first copy took.
    pub(crate) copy_seconds: f64,
    /// Partitions that were made at one server while the other followed, and there too.
    pub(crate) partitions: Vec<String>,
    /// Pauses while nothing was switched, in milliseconds.
    pub(crate) calm: Pauses,
    /// There, and back.
    pub(crate) switches: Vec<Switch>,
    /// The ledger against the last server.
    pub(crate) ledger: Ledger,
    /// Rows of both servers at the end.
    pub(crate) rows: Comparison,
    /// How long it took.
    pub(crate) seconds: f64,
    /// What is wrong, in sentences.
    pub(crate) findings: Vec<String>,
}

/// A switch-over.
#[derive(Debug, Serialize)]
pub(crate) struct Switch {
    /// From which server.
    pub(crate) from: &'static str,
    /// To which.
    pub(crate) to: &'static str,
    /// How long its steps took, in milliseconds.
    pub(crate) steps: Steps,
    /// How long it was felt, in milliseconds.
    pub(crate) pauses: Pauses,
    /// Sequences that were set.
    pub(crate) sequences: usize,
    /// Rows of both servers when nobody wrote.
    pub(crate) rows: Comparison,
    /// The ledger against the new server, while the fleet goes on.
    pub(crate) ledger: Ledger,
}

/// What was acknowledged, against what is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Ledger {
    /// Messages that were acknowledged.
    pub(crate) acknowledged: i64,
    /// Of them, not stored.
    pub(crate) missing: i64,
    /// Rows beyond the first of their message.
    pub(crate) doubled: i64,
    /// Rows that the API's own account does not know.
    pub(crate) unexpected: i64,
}

impl From<&Verdict> for Ledger {
    fn from(verdict: &Verdict) -> Self {
        Self {
            acknowledged: verdict.acknowledged,
            missing: verdict.missing,
            doubled: verdict.doubled,
            unexpected: verdict.unexpected,
        }
    }
}

/// A row of a table that has a column a switch-over.
type Row = (&'static str, fn(&Switch) -> String);

/// What a switch-over is told by.
pub(crate) const ROWS: [Row; 9] = [
    ("no message of the fleet committed for", |switch| format!("{} ms", switch.pauses.fleet)),
    ("no write by the API answered for", |switch| format!("{} ms", switch.pauses.writes)),
    ("no read by the API answered for", |switch| format!("{} ms", switch.pauses.reads)),
    ("from the fence to the new address", |switch| format!("{} ms", switch.steps.all)),
    ("rows that both had at the fence", |switch| switch.rows.rows.to_string()),
    ("tables that differed", |switch| switch.rows.differences.len().to_string()),
    ("acknowledged by the broker until then", |switch| switch.ledger.acknowledged.to_string()),
    ("missing", |switch| switch.ledger.missing.to_string()),
    ("doubled", |switch| switch.ledger.doubled.to_string()),
];

impl Report {
    /// Whether everything is as it should be.
    pub(crate) fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds what is wrong with a ledger.
    pub(crate) fn judge(&mut self, ledger: Ledger, whose: &str) {
        if ledger.acknowledged == 0 {
            self.findings.push(format!("{whose}: nothing was acknowledged"));
        }
        for (count, what) in [
            (ledger.missing, "missing"),
            (ledger.doubled, "doubled"),
            (ledger.unexpected, "not in the API's account"),
        ] {
            if count != 0 {
                self.findings
                    .push(format!("{whose}: {count} of {} messages are {what}", ledger.acknowledged));
            }
        }
    }

    /// Prints it on stdout.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "PostgreSQL {} to {} and back, {} devices, {} messages a second, {:.0} s",
            self.from, self.to, self.devices, self.messages_a_second, self.seconds
        )?;
        write!(out, "  {:<40}", "")?;
        for switch in &self.switches {
            write!(out, "{:>16}", format!("{} to {}", switch.from, switch.to))?;
        }
        writeln!(out)?;
        for (name, value) in ROWS {
            write!(out, "  {name:<40}")?;
            for switch in &self.switches {
                write!(out, "{:>16}", value(switch))?;
            }
            writeln!(out)?;
        }
        let calm = self.calm;
        writeln!(
            out,
            "  longest when nothing is switched: fleet {} ms, writes {} ms, reads {} ms",
            calm.fleet, calm.writes, calm.reads
        )?;
        writeln!(out, "  partitions made meanwhile, at both servers: {}", self.partitions.join(", "))?;
        writeln!(out, "  first copy {:.1} s", self.copy_seconds)?;
        let end = self.ledger;
        writeln!(
            out,
            "  at the end: {} acknowledged, {} missing, {} doubled; {} rows of {} tables at both servers, {} tables differ",
            end.acknowledged,
            end.missing,
            end.doubled,
            self.rows.rows,
            self.rows.tables,
            self.rows.differences.len()
        )?;
        for finding in &self.findings {
            writeln!(out, "  FOUND {finding}")?;
        }
        Ok(())
    }
}
