#![doc = include_str!("../README.md")]

mod child;
mod clients;
mod measure;
mod publish;
mod run;
mod scenario;
mod stack;
mod subscribe;
mod usage;

use std::process::ExitCode;

use anyhow::Context as _;
use tokio::runtime::Builder;

/// Measures how fast Argosy is, and how near its limits
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Measure
    Run(run::RunOptions),
    /// Publish as fast as is allowed: what `run` starts
    #[command(hide = true)]
    Publish(publish::PublishOptions),
    /// Subscribe and forget: what `run` starts
    #[command(hide = true)]
    Subscribe(subscribe::SubscribeOptions),
}

/// Does what the command line says.
pub fn main(arguments: Arguments) -> ExitCode {
    let work = async {
        match arguments.command {
            Command::Run(options) => run::run(options).await,
            Command::Publish(options) => publish::run(options).await,
            Command::Subscribe(options) => subscribe::run(options).await,
        }
    };
    // One thread a process, so that clients leave the cores to what is measured.
    let runtime = Builder::new_current_thread().enable_all().build().context("no runtime");
    match runtime.and_then(|runtime| runtime.block_on(work)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("argosy-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
