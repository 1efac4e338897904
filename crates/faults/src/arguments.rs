//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::Parser;

use crate::kind::Kind;

/// From so many minutes on each fault occurs at least once, even where that takes longer.
const FULL: f64 = 10.0;

/// Lets faults happen to the whole stack, and tells whether anything was lost or doubled.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "argosy-faults",
    version,
    after_help = "Exit codes: 0, 1 (something was found, or the run failed), 2 (the command line is wrong)."
)]
pub struct Arguments {
    /// Minutes of faults; from ten on, each fault occurs at least once, even where that takes longer
    #[arg(long, default_value_t = 10.0, value_parser = parse_minutes)]
    pub minutes: f64,
    /// The same seed gives the same plan; by the clock where it is not given
    #[arg(long)]
    pub seed: Option<u64>,
    /// These faults alone, again and again
    #[arg(long, value_name = "FAULT")]
    pub only: Vec<Kind>,
    /// Name all faults, and end
    #[arg(long)]
    pub list: bool,
    /// Devices of the fleet
    #[arg(long, default_value_t = 500)]
    pub devices: u32,
    /// Messages a second and device; one more device sends a hundred times as many
    #[arg(long, default_value_t = 4.0)]
    pub rate: f64,
    /// Folder of reports and of what is kept of runs that fail
    #[arg(long, default_value = "target/faults")]
    pub folder: PathBuf,
    /// Page to write the report of a full run to: one of ten minutes or more, of all faults
    #[arg(long)]
    pub page: Option<PathBuf>,
    /// Keep logs and ledgers of a good run too
    #[arg(long)]
    pub keep: bool,
}

impl Arguments {
    /// Whether every kind of fault occurs.
    pub(crate) fn is_full(&self) -> bool {
        self.minutes >= FULL && self.only.is_empty()
    }

    /// How long faults happen.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }
}

fn parse_minutes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(minutes) if minutes > 0.0 && minutes <= 10_000.0 => Ok(minutes),
        _ => Err("minutes are above 0 and at most 10000".into()),
    }
}
