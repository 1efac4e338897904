//! The command `argosy-faults`.

use std::process::ExitCode;

use argosy_faults::{Arguments, kind::Kind};
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        for kind in Kind::all() {
            println!("{:30} {}", kind.to_string(), kind.describe());
        }
        return ExitCode::SUCCESS;
    }
    argosy_faults::mounts::own();
    argosy_runtime::command("argosy-faults", Builder::new_multi_thread().worker_threads(2), async {
        let is_good = argosy_faults::run(arguments).await?;
        Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}
