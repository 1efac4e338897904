//! The command `argosy-faults`.

use std::process::ExitCode;

use argosy_faults::{Arguments, kind::Kind};
use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        for kind in Kind::all() {
            println!("{:30} {}", kind.to_string(), kind.describe());
        }
        return ExitCode::SUCCESS;
    }
    argosy_faults::mounts::own();
    argosy_runtime::crypto::install();
    let result = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(argosy_faults::run(arguments)));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("argosy-faults: {error:#}");
            ExitCode::FAILURE
        }
    }
}
