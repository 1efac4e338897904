//! The command line of the API service.

use std::process::ExitCode;

use argosy_api::{BootstrapOptions, Config, SchemaOptions};
use argosy_runtime::config::LogConfig;
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

/// Stores and serves the readings of a fleet.
#[derive(Parser)]
#[command(name = "argosy-api", version)]
struct Arguments {
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API until SIGTERM or SIGINT
    Serve(Box<Config>),
    /// Bring the database's schema up to date
    Migrate(SchemaOptions),
    /// Wait until the database's schema is up to date, for a replica that must not start before
    AwaitSchema(SchemaOptions),
    /// Create a fleet, an admin and tokens, where they are missing
    Bootstrap(BootstrapOptions),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Serve(config) = &arguments.command
        && let Some(answer) = argosy_runtime::health::answer(&config.admin)
    {
        return answer;
    }
    argosy_runtime::main("api", &arguments.log, async move |shutdown| match arguments.command {
        Command::Serve(config) => {
            let listener = TcpListener::bind(config.listen.listen).await?;
            let admin_listener = TcpListener::bind(config.admin.admin_listen).await?;
            argosy_api::serve(*config, listener, admin_listener, shutdown).await
        }
        Command::Bootstrap(options) => argosy_api::bootstrap(&options).await,
        Command::Migrate(options) => argosy_api::migrate_patiently(&options).await,
        Command::AwaitSchema(options) => argosy_api::await_schema(&options).await,
    })
}
