//! The command line of the web application.

use std::process::ExitCode;

use argosy_runtime::config::LogConfig;
use argosy_webapp::Config;
use clap::Parser;
use tokio::net::TcpListener;

/// Serves the browser's pages; calls the API and nothing else.
#[derive(Parser)]
#[command(name = "argosy-webapp", version)]
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
    argosy_runtime::main("webapp", &arguments.log, async move |shutdown| {
        let listener = TcpListener::bind(arguments.config.listen.listen).await?;
        let admin_listener = TcpListener::bind(arguments.config.admin.admin_listen).await?;
        argosy_webapp::serve(arguments.config, listener, admin_listener, shutdown).await
    })
}
