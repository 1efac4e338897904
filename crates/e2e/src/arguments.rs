//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Proves on a real cluster that what runs is a commit.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "argosy-e2e",
    version,
    after_help = "Exit codes: 0, 1 (something is not as it must be), 2 (the command line is wrong)."
)]
pub struct Arguments {
    /// Registry and folder of the images, as the cluster pulls them
    #[arg(long, env = "ARGOSY_E2E_REGISTRY")]
    pub registry: String,
    /// The images' digests, as `make images` writes them
    #[arg(long, default_value = "target/images.json")]
    pub images: PathBuf,
    /// A repository that this pushes to and the cluster reads
    #[arg(long, env = "ARGOSY_E2E_GIT")]
    pub git: String,
    /// Manifest that installs the reconciler where it is missing; the upstream one without it
    #[arg(long, env = "ARGOSY_E2E_MANIFEST")]
    pub manifest: Option<PathBuf>,
    /// Seconds of random kills
    #[arg(long, default_value_t = 120)]
    pub chaos_seconds: u64,
    /// Leave everything as it is where a step fails
    #[arg(long)]
    pub keep: bool,
}
