#![doc = include_str!("../README.md")]

mod arguments;
mod broker_trust;
mod deliver;
mod detach;
mod down;
mod folder;
mod json;
mod logs;
mod manual;
mod part;
mod plan;
mod ports;
mod probe;
mod revocations;
mod screen;
mod secrets;
mod status;
mod supervise;
mod up;
mod workshop;

use std::process::ExitCode;

pub use arguments::{Arguments, Command, UpOptions};
pub use broker_trust::BrokerTrustOptions;
pub use deliver::{
    AuditOptions, DeliveryCommand, DiffOptions, ImageCommand, PromoteOptions, ReleaseOptions,
    RollbackOptions, SetOptions, VerifyOptions, WhereOptions,
};
pub use probe::ProbeOptions;
pub use secrets::SecretsOptions;
pub use workshop::{
    CheckOptions, DoctorOptions, NewApplicationOptions, NewCommand, NewServiceOptions, RenderOptions,
    WorkshopCommand,
};

/// Runs a command; its exit code.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let folder = folder::Folder::at(&arguments.folder)?;
    match arguments.command {
        Command::Up(options) if options.detach => detach::detach(&folder, &options).await?,
        Command::Up(options) => up::up(folder, options).await?,
        Command::Status { env: Some(environment), json } => {
            status::environment::print(&environment, json).await?;
        }
        Command::Status { env: None, json } => status::print(&folder, json).await?,
        Command::Delivery(command) => return deliver::run(command).await,
        Command::Workshop(command) => return workshop::run(command).await,
        Command::Logs { part, follow } => logs::print(&folder, &part, follow).await?,
        Command::Down => down::down(&folder).await?,
        Command::Probe(options) => probe::run(*options).await?,
        Command::Secrets(options) => secrets::run(options).await?,
        Command::BrokerTrust(options) => broker_trust::run(options).await?,
        Command::Completions { shell } => manual::print_completions(shell),
        Command::Man { folder: None } => manual::print()?,
        Command::Man { folder: Some(folder) } => manual::write(&folder)?,
    }
    Ok(ExitCode::SUCCESS)
}
