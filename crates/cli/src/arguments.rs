//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    broker_trust::BrokerTrustOptions, deliver::DeliveryCommand, probe::ProbeOptions, secrets::SecretsOptions,
    workshop::WorkshopCommand,
};

/// What a rule refuses ends with.
pub(crate) const REFUSED: u8 = 3;

pub(crate) const EXIT_CODES: &str = "Exit codes: 0, 1 (it failed), 2 (the command line is wrong).";

/// Runs Argosy on this machine, takes commits to environments, and helps to run it in Kubernetes.
#[derive(Debug, Parser)]
#[command(
    name = "argosy",
    version,
    after_help = "Exit codes: 0, 1 (it failed), 2 (the command line is wrong); some commands have more, which their help names."
)]
pub struct Arguments {
    /// Folder that keeps everything
    #[arg(long, env = "ARGOSY_FOLDER", default_value = ".argosy", global = true)]
    pub folder: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the stack: PostgreSQL, Redis, the broker, api, ingest, webapp and a simulated fleet
    #[command(after_help = EXIT_CODES)]
    Up(UpOptions),
    /// Show what runs here, and what Git wants of each environment; with --env, an environment's cluster: it fails where something is
    /// wrong there
    #[command(after_help = EXIT_CODES)]
    Status {
        /// An environment: what its reconciler and its pods say, by kubectl
        #[arg(long)]
        env: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What takes commits to environments, and tells where they are
    #[command(flatten)]
    Delivery(DeliveryCommand),
    /// What works on the repository rather than on what runs
    #[command(flatten)]
    Workshop(WorkshopCommand),
    /// Show the log of a part
    #[command(after_help = EXIT_CODES)]
    Logs {
        /// api, ingest, webapp, simulator, postgres, redis, broker or argosy
        part: String,
        /// Go on as it grows
        #[arg(long, short)]
        follow: bool,
    },
    /// Stop the stack
    #[command(after_help = EXIT_CODES)]
    Down,
    /// Use an installation as its people do, and say whether it works
    #[command(after_help = EXIT_CODES)]
    Probe(Box<ProbeOptions>),
    /// Make what an installation in Kubernetes keeps secret
    #[command(after_help = EXIT_CODES)]
    Secrets(SecretsOptions),
    /// Beside a broker, keep up to date which devices it trusts
    #[command(after_help = EXIT_CODES)]
    BrokerTrust(BrokerTrustOptions),
    /// Print completions for a shell
    #[command(after_help = EXIT_CODES)]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page of argosy, or write the pages of all commands into a folder
    #[command(after_help = EXIT_CODES)]
    Man {
        /// The folder: /usr/local/share/man/man1, where `man` looks for them
        folder: Option<PathBuf>,
    },
}

/// Options of `argosy up`.
#[derive(Debug, Clone, clap::Args)]
pub struct UpOptions {
    /// Devices of the simulated fleet
    #[arg(long, default_value_t = 50)]
    pub devices: u32,
    /// Messages a second and device
    #[arg(long, default_value_t = 1.0)]
    pub rate: f64,
    /// Run without a simulated fleet
    #[arg(long)]
    pub no_simulator: bool,
    /// Go to the background once everything runs
    #[arg(long)]
    pub detach: bool,
    /// Port of the pages
    #[arg(long, default_value_t = 8443)]
    pub webapp_port: u16,
    /// Port of the API
    #[arg(long, default_value_t = 8444)]
    pub api_port: u16,
    /// Port of MQTT over TLS
    #[arg(long, default_value_t = 8883)]
    pub mqtt_port: u16,
    /// Additional port of MQTT without TLS on 127.0.0.1, open to everybody on this machine: for benchmarks
    #[arg(long)]
    pub insecure_mqtt_port: Option<u16>,
    /// This is the process in the background
    #[arg(long, hide = true)]
    pub detached: bool,
}
