//! The command `argosy-rehearse-cluster`.

use std::process::ExitCode;

use argosy_e2e::ClusterArguments;
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = ClusterArguments::parse();
    argosy_runtime::command("argosy-rehearse-cluster", Builder::new_multi_thread().worker_threads(2), async {
        argosy_e2e::rehearse_cluster(arguments).await?;
        Ok(ExitCode::SUCCESS)
    })
}
