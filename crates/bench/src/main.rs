//! `argosy-bench`: see the library.

use std::process::ExitCode;

use argosy_bench::Arguments;
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One thread a process, so that clients leave the cores to what is measured.
    argosy_runtime::command("argosy-bench", &mut Builder::new_current_thread(), async {
        argosy_bench::run(arguments).await?;
        Ok(ExitCode::SUCCESS)
    })
}
