//! The commands that take a commit to an environment, and tell where it is: words around [argosy-delivery](argosy_delivery).

mod audit;
mod compare;
mod locate;
mod options;
mod promote;
mod verify;
mod wanted;
mod write;

use std::process::ExitCode;

use argosy_delivery::{Delivery, Error};

use crate::arguments::{EXIT_CODES, REFUSED};

pub use options::{
    AuditOptions, DiffOptions, ImageCommand, PromoteOptions, ReleaseOptions, RollbackOptions, SetOptions,
    VerifyOptions, WhereOptions,
};
pub(crate) use wanted::Wanted;

/// What a gate that fails ends with.
const FAILED_GATE: u8 = 4;
/// What a gate that is absent ends with, where none fails.
const ABSENT_GATE: u8 = 5;

/// Such a command.
#[derive(Debug, clap::Subcommand)]
pub enum DeliveryCommand {
    /// Set what an environment runs
    #[command(subcommand, after_help = EXIT_CODES)]
    Image(ImageCommand),
    /// Take a service back to what it ran before, and hold it there
    Rollback(RollbackOptions),
    /// Let a service go that was held
    Release(ReleaseOptions),
    /// Show which environments run a commit, and which ran it, from when to when
    Where(WhereOptions),
    /// Show every change of an environment: when, what, who, approved by, from which commit
    Audit(AuditOptions),
    /// Compare the objects of two environments, or of two commits
    Diff(DiffOptions),
    /// Propose the digests of an environment for the next one, as a pull request
    Promote(PromoteOptions),
    /// Ask an environment's gates whether its digests pass, or those that a promotion would bring
    Verify(VerifyOptions),
}

/// Runs it in the repository of this folder.
pub(crate) async fn run(command: DeliveryCommand) -> anyhow::Result<ExitCode> {
    let is_diff = matches!(command, DeliveryCommand::Diff(_));
    let result = async {
        let delivery = Delivery::open(&std::env::current_dir()?).await?;
        match command {
            DeliveryCommand::Image(ImageCommand::Set(options)) => write::set(&delivery, options).await,
            DeliveryCommand::Rollback(options) => write::rollback(&delivery, options).await,
            DeliveryCommand::Release(options) => write::release(&delivery, options).await,
            DeliveryCommand::Where(options) => locate::run(&delivery, &options).await,
            DeliveryCommand::Audit(options) => audit::run(&delivery, options).await,
            DeliveryCommand::Diff(options) => compare::run(&delivery, options).await,
            DeliveryCommand::Promote(options) => promote::run(&delivery, options).await,
            DeliveryCommand::Verify(options) => verify::run(&delivery, options).await,
        }
    };
    let Err(error) = result.await else { return Ok(ExitCode::SUCCESS) };
    if let Some(gates) = error.downcast_ref::<verify::NotPassed>() {
        eprintln!("argosy: {gates}");
        return Ok(ExitCode::from(if gates.fails() { FAILED_GATE } else { ABSENT_GATE }));
    }
    let code = match error.downcast_ref::<Error>() {
        Some(refusal) if refusal.is_refusal() => REFUSED,
        _ if error.is::<compare::Differs>() => 1,
        // As diff(1): that they differ is one thing, that nobody knows another.
        _ if is_diff => 2,
        _ => return Err(error),
    };
    eprintln!("argosy: {error:#}");
    Ok(ExitCode::from(code))
}
