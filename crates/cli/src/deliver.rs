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

pub use options::{
    AuditOptions, DiffOptions, ImageCommand, PromoteOptions, ReleaseOptions, RollbackOptions, SetOptions,
    VerifyOptions, WhereOptions,
};
pub(crate) use wanted::Wanted;

/// What a rule of delivery refuses ends with.
const REFUSED: u8 = 3;
/// What a gate that fails ends with.
const FAILED_GATE: u8 = 4;
/// What a gate that is absent ends with, where none fails.
const ABSENT_GATE: u8 = 5;

/// Such a command.
#[derive(Debug)]
pub(crate) enum Command {
    Set(SetOptions),
    Rollback(RollbackOptions),
    Release(ReleaseOptions),
    Where(WhereOptions),
    Audit(AuditOptions),
    Diff(DiffOptions),
    Promote(PromoteOptions),
    Verify(VerifyOptions),
}

/// Runs it in the repository of this folder.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let open = async || Delivery::open(&std::env::current_dir()?).await.map_err(anyhow::Error::from);
    let is_diff = matches!(command, Command::Diff(_));
    let result = async {
        let delivery = open().await?;
        match command {
            Command::Set(options) => write::set(&delivery, options).await,
            Command::Rollback(options) => write::rollback(&delivery, options).await,
            Command::Release(options) => write::release(&delivery, options).await,
            Command::Where(options) => locate::run(&delivery, &options).await,
            Command::Audit(options) => audit::run(&delivery, options).await,
            Command::Diff(options) => compare::run(&delivery, options).await,
            Command::Promote(options) => promote::run(&delivery, options).await,
            Command::Verify(options) => verify::run(&delivery, options).await,
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
