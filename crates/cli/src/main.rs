//! The command `argosy`.

use std::process::ExitCode;

use argosy_cli::Arguments;
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    argosy_runtime::command(
        "argosy",
        Builder::new_multi_thread().worker_threads(2),
        argosy_cli::run(arguments),
    )
}
