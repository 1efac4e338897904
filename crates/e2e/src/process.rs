//! Other programs: what they print, or what they say when they fail.

use std::process::{Output, Stdio};

use anyhow::{Context as _, bail};
use tokio::process::Command;

/// Runs it; what it prints, without the white space around that.
pub(crate) async fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = output(command).await?;
    if !output.status.success() {
        bail!("{} ends with {}: {}", words(command), output.status, said(&output));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs it, whatever it ends with.
pub(crate) async fn output(command: &mut Command) -> anyhow::Result<Output> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    output.with_context(|| format!("{} cannot be started", command.as_std().get_program().display()))
}

/// What it printed, errors first.
pub(crate) fn said(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{} {}", err.trim(), out.trim()).trim().to_owned()
}

fn words(command: &Command) -> String {
    let command = command.as_std();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
