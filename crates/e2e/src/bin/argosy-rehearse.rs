//! The command `argosy-rehearse`.

use std::process::ExitCode;

use argosy_e2e::RehearsalArguments;
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = RehearsalArguments::parse();
    argosy_runtime::command("argosy-rehearse", Builder::new_multi_thread().worker_threads(2), async {
        argosy_e2e::rehearse(arguments).await?;
        Ok(ExitCode::SUCCESS)
    })
}
