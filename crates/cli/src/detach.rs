//! `argosy up --detach`: the same in the background.

use std::{fs::File, process::Stdio, time::Duration};

use anyhow::{Context as _, bail};
use tokio::{process::Command, time::Instant};

use crate::{arguments::UpOptions, folder::Folder, status};

/// How long a start may take.
const DEADLINE: Duration = Duration::from_secs(180);

/// Starts the stack in the background, and returns once it runs.
pub(crate) async fn detach(folder: &Folder, options: &UpOptions) -> anyhow::Result<()> {
    // Holding the folder for a moment tells of a stack that runs already, before anything is started.
    drop(folder.lock()?);
    let log_path = folder.log("argosy");
    let log = File::options().create(true).append(true).open(&log_path)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--folder").arg(folder.file("")).arg("up").arg("--detached");
    command.args(["--devices", &options.devices.to_string(), "--rate", &options.rate.to_string()]);
    command.args(["--webapp-port", &options.webapp_port.to_string()]);
    command.args(["--api-port", &options.api_port.to_string()]);
    command.args(["--mqtt-port", &options.mqtt_port.to_string()]);
    if let Some(port) = options.insecure_mqtt_port {
        command.args(["--insecure-mqtt-port", &port.to_string()]);
    }
    if options.no_simulator {
        command.arg("--no-simulator");
    }
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let mut child = command.spawn().context("cannot start in the background")?;
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait()? {
            let text = std::fs::read_to_string(&log_path).unwrap_or_default();
            let last = text.lines().rev().find(|line| line.starts_with("argosy:")).unwrap_or_default();
            bail!("the stack did not start ({status}). {last} The log is {}", log_path.display());
        }
        if folder.read_state()?.is_some_and(|state| state.ready) {
            return status::print_stack(folder);
        }
        if Instant::now() > end {
            bail!("the stack is not up after {} s; see {}", DEADLINE.as_secs(), log_path.display());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
