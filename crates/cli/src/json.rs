//! What `--json` prints.

use std::io::Write;

use serde::Serialize;

/// Prints a value for people and programs alike: over several lines, with one at its end.
pub(crate) fn print(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}
