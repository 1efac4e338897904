//! The command line of the ingest service.

use std::process::ExitCode;

use argosy_ingest::Config;
use argosy_runtime::config::LogConfig;
use clap::Parser;
use tokio::net::TcpListener;

/// Reads MQTT and acknowledges only what the API has committed.
#[derive(Parser)]
#[command(name = "argosy-ingest", version)]
struct Arguments {
    #[command(flatten)]
    log: LogConfig,
    #[command(flatten)]
    config: Config,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(answer) = argosy_runtime::health::answer(&arguments.config.admin) {
        return answer;
    }
    argosy_runtime::main("ingest", &arguments.log, async move |shutdown| {
        let admin_listener = TcpListener::bind(arguments.config.admin.admin_listen).await?;
        argosy_ingest::serve(arguments.config, admin_listener, shutdown).await
    })
}
