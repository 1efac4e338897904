//! The command `argosy`.

use std::process::ExitCode;

use argosy_cli::Arguments;
use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    argosy_runtime::crypto::install();
    let result = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(argosy_cli::run(arguments)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("argosy: {error:#}");
            ExitCode::FAILURE
        }
    }
}
