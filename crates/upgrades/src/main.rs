//! The command `argosy-rehearse-upgrades`.

use std::process::ExitCode;

use argosy_upgrades::Arguments;
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    argosy_runtime::command(
        "argosy-rehearse-upgrades",
        Builder::new_multi_thread().worker_threads(2),
        async {
            let is_good = argosy_upgrades::run(arguments).await?;
            Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        },
    )
}
