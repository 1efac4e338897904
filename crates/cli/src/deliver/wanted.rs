//! What Git wants of the environments, for `argosy status`.

use std::io::Write;

use argosy_delivery::{CONFIG_FILE, Delivery, Running};

use super::locate::MINUTE;

/// What Git wants, where this folder is in a repository that says so.
#[derive(Debug, Default)]
pub(crate) struct Wanted(Vec<argosy_delivery::Wanted>);

impl Wanted {
    /// Asks Git for one environment, or for all. That it does not know is no reason to hide what runs, so it is only said.
    pub(crate) async fn ask(environment: Option<&str>) -> Self {
        let wanted = async {
            let delivery = Delivery::open(&std::env::current_dir()?).await?;
            anyhow::Ok(delivery.wanted(environment).await?)
        };
        match wanted.await {
            Ok(wanted) => Self(wanted),
            Err(error) => {
                let is_elsewhere = matches!(
                    error.downcast_ref(),
                    Some(argosy_delivery::Error::NoConfig(_) | argosy_delivery::Error::NoRepository(_))
                );
                if !is_elsewhere {
                    eprintln!("argosy: what Git wants is not known: {error:#} ({CONFIG_FILE})");
                }
                Self::default()
            }
        }
    }

    /// As JSON; nothing where Git says nothing.
    pub(crate) fn to_json(&self) -> Option<serde_json::Value> {
        if self.0.is_empty() { None } else { serde_json::to_value(&self.0).ok() }
    }

    /// Prints a line a service.
    pub(crate) fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let Some(first) = self.0.first() else { return Ok(()) };
        writeln!(out, "\nwanted by Git at {} (UTC)", first.head.short())?;
        for wanted in &self.0 {
            for running in &wanted.services {
                writeln!(out, "{:10} {}", wanted.environment, what_runs(running))?;
            }
        }
        Ok(())
    }
}

/// What a service runs, of which commit, since when, and what holds it there.
pub(super) fn what_runs(running: &Running) -> String {
    let Running { service, image, since, source_commit, hold, .. } = running;
    if image.is_placeholder() {
        return format!("{service:12} {image}");
    }
    let source = source_commit.as_ref().map_or("unknown", |source| source.short());
    let held = hold.as_ref().map(|hold| format!("  held by {}", hold.by)).unwrap_or_default();
    format!("{service:12} {:12} of {source:10} since {}{held}", image.to_string(), since.format(MINUTE))
}
