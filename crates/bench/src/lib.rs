#![doc = include_str!("../README.md")]

mod brokers;
mod browse;
mod chart;
mod child;
mod clients;
mod history;
mod https;
mod machine;
mod measure;
mod page;
mod psql;
mod publish;
mod results;
mod run;
mod scenario;
mod sink;
mod spread;
mod stack;
mod subscribe;
mod usage;
mod watch;

/// Measures how fast Argosy is, and how near its limits
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Measure
    Run(run::RunOptions),
    /// Write the tables of a run into a page
    Page(page::PageOptions),
    /// Publish as fast as is allowed: what `run` starts
    #[command(hide = true)]
    Publish(publish::PublishOptions),
    /// Subscribe and forget: what `run` starts
    #[command(hide = true)]
    Subscribe(subscribe::SubscribeOptions),
    /// Answer batches at once: what `run` starts
    #[command(hide = true)]
    Sink(sink::SinkOptions),
    /// Read the live tail: what `run` starts
    #[command(hide = true)]
    Watch(watch::WatchOptions),
    /// Load a page again and again: what `run` starts
    #[command(hide = true)]
    Browse(browse::BrowseOptions),
}

/// Does what the command line says.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Command::Run(options) => run::run(options).await,
        Command::Page(options) => page::run(&options),
        Command::Publish(options) => publish::run(options).await,
        Command::Subscribe(options) => subscribe::run(options).await,
        Command::Sink(options) => sink::run(options).await,
        Command::Watch(options) => watch::run(options).await,
        Command::Browse(options) => browse::run(options).await,
    }
}
