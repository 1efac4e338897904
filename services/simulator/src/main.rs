//! The command line of the simulator.

use std::process::ExitCode;

use argosy_runtime::config::LogConfig;
use argosy_simulator::{RunOptions, VerifyOptions};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

/// A fleet of real MQTT clients.
#[derive(Parser)]
#[command(name = "argosy-simulator", version)]
struct Arguments {
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Simulate a fleet until it is stopped, or for --duration
    Run(Box<RunOptions>),
    /// Compare a ledger with what the API has; exits with 1 where they differ
    Verify(Box<VerifyOptions>),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Run(options) = &arguments.command
        && let Some(answer) = argosy_runtime::health::answer(&options.admin)
    {
        return answer;
    }
    argosy_runtime::main("simulator", &arguments.log, async move |shutdown| match arguments.command {
        Command::Run(options) => {
            let json = options.json;
            let admin_listener = TcpListener::bind(options.admin.admin_listen).await?;
            argosy_simulator::run(*options, admin_listener, shutdown).await?.print(json)
        }
        Command::Verify(options) => argosy_simulator::verify(&options).await?.print(options.json),
    })
}
