//! `argosy status`: what runs.

pub(crate) mod environment;
mod problems;

use std::io::Write as _;

use crate::folder::Folder;

/// Prints what runs on stdout.
pub(crate) fn print(folder: &Folder, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let state = folder.read_state()?;
    if json {
        serde_json::to_writer_pretty(&mut out, &state)?;
        writeln!(out)?;
        return Ok(());
    }
    let Some(state) = state else {
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
