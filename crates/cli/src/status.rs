//! `argosy status`: what runs here, and what Git wants of each environment.

pub(crate) mod environment;
mod problems;

use std::io::Write as _;

use serde_json::json;

use crate::{deliver::Wanted, folder::Folder, json};

/// Prints what runs on stdout, and what Git wants.
pub(crate) async fn print(folder: &Folder, json: bool) -> anyhow::Result<()> {
    let wanted = Wanted::ask(None).await;
    if !json {
        print_stack(folder)?;
        return Ok(wanted.print(&mut std::io::stdout().lock())?);
    }
    let mut status = serde_json::to_value(folder.read_state()?)?;
    if let Some(environments) = wanted.to_json() {
        if status.is_null() {
            status = json!({});
        }
        status["environments"] = environments;
    }
    json::print(&mut std::io::stdout().lock(), &status)
}

/// Prints what runs here on stdout.
pub(crate) fn print_stack(folder: &Folder) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let Some(state) = folder.read_state()? else {
        writeln!(out, "nothing runs in {}; start it by `argosy up`", folder.file("").display())?;
        return Ok(());
    };
    for part in &state.parts {
        let restarts = match part.restarts {
            0 => String::new(),
            count => format!("  (started again {count} times)"),
        };
        let process = part.pid.map(|pid| format!("  process {pid}")).unwrap_or_default();
        writeln!(out, "{:10} {}{process}{restarts}", part.name, part.state)?;
    }
    writeln!(
        out,
        "\npages https://localhost:{}   API https://localhost:{}   MQTT localhost:{}",
        state.webapp_port, state.api_port, state.mqtt_port
    )?;
    Ok(())
}
