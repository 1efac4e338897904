//! The command line.

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use clap::Parser;

use crate::kind::Kind;

/// Devices of the fleet, where nobody says otherwise.
const DEVICES: u32 = 500;
/// Messages a second and device, where nobody says otherwise.
const RATE: f64 = 4.0;
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
    /// The same seed gives the same plan, and several as many runs in a row; by the clock where none is given
    #[arg(long)]
    pub seed: Vec<u64>,
    /// These faults alone, again and again
    #[arg(long, value_name = "FAULT")]
    pub only: Vec<Kind>,
    /// Name all faults, and end
    #[arg(long)]
    pub list: bool,
    /// Devices of the fleet
    #[arg(long, default_value_t = DEVICES)]
    pub devices: u32,
    /// Messages a second and device; one more device sends a hundred times as many
    #[arg(long, default_value_t = RATE)]
    pub rate: f64,
    /// Folder of reports and of what is kept of runs that fail
    #[arg(long, default_value = "target/faults")]
    pub folder: PathBuf,
    /// Page to write the report of full runs to: those of ten minutes or more, of all faults
    #[arg(long)]
    pub page: Option<PathBuf>,
    /// Keep logs and ledgers of a good run too
    #[arg(long)]
    pub keep: bool,
}

impl Arguments {
    /// What gives the same runs again.
    pub(crate) fn again(&self, seeds: &[u64]) -> String {
        let mut more = String::new();
        if self.devices != DEVICES || (self.rate - RATE).abs() > f64::EPSILON {
            let _ = write!(more, " --devices {} --rate {}", self.devices, self.rate);
        }
        for kind in &self.only {
            let _ = write!(more, " --only {kind}");
        }
        let more = if more.is_empty() { more } else { format!(" ARGS=\"{}\"", more.trim()) };
        let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
        let seeds = if seeds.len() == 1 { seeds.concat() } else { format!("\"{}\"", seeds.join(" ")) };
        format!("make faults MINUTES={} SEED={seeds}{more}", self.minutes)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_the_same_run_again_is_said() {
        let parse = |line: &str| Arguments::parse_from(line.split_whitespace());
        assert_eq!(parse("argosy-faults --minutes 2").again(&[7]), "make faults MINUTES=2 SEED=7");
        let smaller = parse("argosy-faults --devices 200 --only api-kill");
        let again = "make faults MINUTES=10 SEED=7 ARGS=\"--devices 200 --rate 4 --only api-kill\"";
        assert_eq!(smaller.again(&[7]), again);
        let several = parse("argosy-faults --seed 7 --seed 8");
        assert_eq!(several.again(&several.seed), "make faults MINUTES=10 SEED=\"7 8\"");
        assert!(parse("argosy-faults").is_full() && !smaller.is_full());
    }
}
