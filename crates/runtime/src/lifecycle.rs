//! From process start to exit code.

use std::process::ExitCode;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{ConfigError, LogConfig},
    crypto, metrics,
    telemetry::Telemetry,
};

/// The configuration cannot be used (`EX_USAGE` of sysexits.h).
const EXIT_CONFIGURATION: u8 = 64;
/// Added to the number of the signal that ended the process without a drain.
const EXIT_SIGNAL: i32 = 128;

/// Runs a service: its token is cancelled by SIGTERM or SIGINT, and a second signal ends the process at once.
///
/// Exits with 0, with 64 where the configuration cannot be used, else with 1; the error is logged once, with its causes.
pub fn main<F>(service: &'static str, log: &LogConfig, run: F) -> ExitCode
where
    F: AsyncFnOnce(CancellationToken) -> anyhow::Result<()>,
{
    crypto::install();
    let telemetry = match Telemetry::start(service, log) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("argosy-{service}: {error:#}");
            return ExitCode::from(EXIT_CONFIGURATION);
        }
    };
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the async runtime cannot be started")
        .and_then(|runtime| {
            let result = runtime.block_on(async {
                metrics::install();
                let shutdown = CancellationToken::new();
                tokio::spawn(listen_to_signals(shutdown.clone()));
                run(shutdown).await
            });
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
            result
        });
    let code = match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "The service ended with an error.");
            let is_configuration = error.chain().any(<dyn std::error::Error>::is::<ConfigError>);
            ExitCode::from(if is_configuration { EXIT_CONFIGURATION } else { 1 })
        }
    };
    telemetry.stop();
    code
}

/// Runs a command of a terminal on this runtime: its error goes to stderr in one line, with its causes.
pub fn command<F>(name: &str, runtime: &mut tokio::runtime::Builder, work: F) -> ExitCode
where
    F: Future<Output = anyhow::Result<ExitCode>>,
{
    crypto::install();
    let runtime = runtime.enable_all().build().context("the async runtime cannot be started");
    runtime.and_then(|runtime| runtime.block_on(work)).unwrap_or_else(|error| {
        eprintln!("{name}: {error:#}");
        ExitCode::FAILURE
    })
}

async fn listen_to_signals(shutdown: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("Signals cannot be received: only SIGKILL will stop this process.");
        return;
    };
    let mut next = async || {
        tokio::select! {
            _ = terminate.recv() => SignalKind::terminate(),
            _ = interrupt.recv() => SignalKind::interrupt(),
        }
    };
    let first = next().await;
    tracing::info!(signal = first.as_raw_value(), "Stopping: a second signal ends the process at once.");
    shutdown.cancel();
    let second = next().await;
    std::process::exit(EXIT_SIGNAL + second.as_raw_value());
}
