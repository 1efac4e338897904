//! `argosy check`.

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, Write},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use argosy_workshop::checks::{self, Checked, Outcome, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{found, options::CheckOptions};

pub(super) async fn run(root: &Path, options: &CheckOptions) -> anyhow::Result<ExitCode> {
    let list = checks::read(root, &options.only)?;
    let mut out = std::io::stdout().lock();
    if options.list {
        if options.json {
            crate::json::print(&mut out, &list)?;
        } else {
            for check in list {
                writeln!(out, "{:16} {}", check.name, check.command)?;
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let at_once = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    let mut screen = Screen::new(list.len());
    let checked = checks::run(root, list, at_once, |event| screen.tell(event)).await;
    screen.clear();
    if options.json {
        crate::json::print(&mut out, &checked)?;
    } else {
        print(&mut out, &checked)?;
    }
    Ok(found(checked.iter().any(|one| one.outcome == Outcome::Failed)))
}

/// The table, and what the failing ones said.
fn print(out: &mut impl Write, checked: &[Checked]) -> std::io::Result<()> {
    writeln!(out, "{:16} {:8} {:>8}", "check", "result", "seconds")?;
    for one in checked {
        let (result, why) = match one.outcome {
            Outcome::Passed => ("ok", ""),
            Outcome::Skipped => ("skipped", one.output.lines().last().unwrap_or_default()),
            Outcome::Failed => ("FAILED", one.check.command.as_str()),
        };
        let line = format!("{:16} {result:8} {:8.1}  {why}", one.check.name, one.seconds);
        writeln!(out, "{}", line.trim_end())?;
    }
    let failed: Vec<&Checked> = checked.iter().filter(|one| one.outcome == Outcome::Failed).collect();
    for one in &failed {
        write!(out, "\n== {}\n{}", one.check.name, one.output)?;
        if !one.output.ends_with('\n') {
            writeln!(out)?;
        }
    }
    if !failed.is_empty() {
        let names: Vec<&str> = failed.iter().map(|one| one.check.name.as_str()).collect();
        writeln!(out, "\n{} of {} checks failed: {}", failed.len(), checked.len(), names.join(", "))?;
    }
    Ok(())
}

/// What runs now: a line each on a terminal, a line an end elsewhere.
struct Screen {
    bars: Option<MultiProgress>,
    running: BTreeMap<String, ProgressBar>,
    left: usize,
}

impl Screen {
    fn new(left: usize) -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { bars, running: BTreeMap::new(), left }
    }

    fn tell(&mut self, event: &Progress) {
        match (event, &self.bars) {
            (Progress::Started(check), Some(bars)) => {
                let style = ProgressStyle::with_template("{spinner} {prefix:16} {elapsed:>6}")
                    .expect("the template is valid");
                let bar =
                    bars.add(ProgressBar::new_spinner().with_style(style).with_prefix(check.name.clone()));
                bar.enable_steady_tick(Duration::from_millis(120));
                self.running.insert(check.name.clone(), bar);
            }
            (Progress::Started(_), None) => {}
            (Progress::Ended(checked), _) => {
                self.left -= 1;
                if let Some(bar) = self.running.remove(&checked.check.name) {
                    bar.finish_and_clear();
                }
                let result = match checked.outcome {
                    Outcome::Passed => "ok",
                    Outcome::Skipped => "skipped",
                    Outcome::Failed => "FAILED",
                };
                let line = format!(
                    "{:16} {result:8} {:8.1} s, {} left",
                    checked.check.name, checked.seconds, self.left
                );
                match &self.bars {
                    // A terminal that is gone is no reason to stop.
                    Some(bars) => drop(bars.println(line)),
                    None => eprintln!("{line}"),
                }
            }
        }
    }

    fn clear(&self) {
        if let Some(bars) = &self.bars {
            drop(bars.clear());
        }
    }
}
