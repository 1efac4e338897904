//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

/// Upgrades PostgreSQL under a fleet's load and takes it back, and tells how long nobody was served and whether anything was lost.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "argosy-rehearse-upgrades",
    version,
    after_help = "Exit codes: 0, 1 (something was lost or doubled, a pause was too long, or a step was refused), 2 (the command line is wrong)."
)]
pub struct Arguments {
    /// Major version of PostgreSQL to begin with
    #[arg(long, default_value_t = 15)]
    pub from: u32,
    /// Major version to end with
    #[arg(long, default_value_t = 17)]
    pub to: u32,
    /// Folder of the first one's programs, where they are not installed in the usual place: scripts/postgres tells it
    #[arg(long)]
    pub from_programs: Option<PathBuf>,
    /// Folder of the other one's programs
    #[arg(long)]
    pub to_programs: Option<PathBuf>,
    /// Devices of the fleet
    #[arg(long, default_value_t = 200)]
    pub devices: u32,
    /// Messages a second and device
    #[arg(long, default_value_t = 2.0)]
    pub rate: f64,
    /// How long the fleet publishes before and after each switch-over
    #[arg(long, value_parser = humantime::parse_duration, default_value = "10s")]
    pub load: Duration,
    /// The longest pause that is accepted
    #[arg(long, value_parser = humantime::parse_duration, default_value = "5s")]
    pub budget: Duration,
    /// So many rehearsals, one after the other
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: u32,
    /// Folder for logs and ledgers, which are kept where something was found
    #[arg(long, default_value = "target/upgrades")]
    pub folder: PathBuf,
    /// Page whose figures are written anew
    #[arg(long)]
    pub page: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Leave out a step, so that what it is for is seen to fail
    #[arg(long = "break", value_enum, value_name = "STEP")]
    pub omit: Option<Omission>,
}

/// A step that is left out on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Omission {
    /// The new server is behind at the switch-over, and nobody waits for it.
    Wait,
    /// Sequences stay where they are.
    Sequences,
    /// Partitions that are made meanwhile are not made on the other side.
    Partitions,
}

impl Arguments {
    /// Messages a second.
    pub(crate) fn messages(&self) -> f64 {
        f64::from(self.devices) * self.rate
    }

    /// Whether this step is left out.
    pub(crate) fn omits(&self, step: Omission) -> bool {
        self.omit == Some(step)
    }
}
