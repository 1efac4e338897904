//! The commands that work on the repository rather than on what runs: words around [argosy-workshop](argosy_workshop).

mod check;
mod doctor;
mod new;
mod options;
mod render;

use std::process::ExitCode;

use argosy_delivery::Delivery;

use crate::arguments::{EXIT_CODES, REFUSED};

pub use options::{
    CheckOptions, DoctorOptions, NewApplicationOptions, NewCommand, NewServiceOptions, RenderOptions,
};

/// Such a command.
#[derive(Debug, clap::Subcommand)]
pub enum WorkshopCommand {
    /// Make something new in this repository
    #[command(subcommand, after_help = EXIT_CODES)]
    New(NewCommand),
    /// Write kustomize/base of the charts, and render environments
    Render(RenderOptions),
    /// Run every static check, several at once
    Check(CheckOptions),
    /// Say what this machine and this repository lack, what in them has ended, and what mends it
    Doctor(DoctorOptions),
}

/// Runs it in the repository of this folder.
pub(crate) async fn run(command: WorkshopCommand) -> anyhow::Result<ExitCode> {
    let result = async {
        let delivery = Delivery::open(&std::env::current_dir()?).await?;
        match command {
            WorkshopCommand::New(NewCommand::Service(options)) => new::service(&delivery, options).await,
            WorkshopCommand::New(NewCommand::Application(options)) => {
                new::application(&delivery, options).await
            }
            WorkshopCommand::Render(options) => render::run(&delivery, &options).await,
            WorkshopCommand::Check(options) => check::run(delivery.repository().root(), &options).await,
            WorkshopCommand::Doctor(options) => doctor::run(&delivery, &options).await,
        }
    };
    match result.await {
        Err(error) if error.downcast_ref().is_some_and(argosy_workshop::Error::is_refusal) => {
            eprintln!("argosy: {error:#}");
            Ok(ExitCode::from(REFUSED))
        }
        result => result,
    }
}

/// 0, or 1 where something was found.
fn found(is_something: bool) -> ExitCode {
    if is_something { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
