//! The command `argosy-e2e`.

use std::process::ExitCode;

use argosy_e2e::Arguments;
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    argosy_runtime::command("argosy-e2e", Builder::new_multi_thread().worker_threads(2), async {
        argosy_e2e::run(arguments).await?;
        Ok(ExitCode::SUCCESS)
    })
}
