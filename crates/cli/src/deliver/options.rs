//! What the commands of delivery take.

use std::path::PathBuf;

use argosy_delivery::Digest;

use crate::arguments::EXIT_CODES;

const EXIT_CODES_OF_VERIFYING: &str = "Exit codes: 0 (every gate passes, or there is nothing to ask them about), 1 (it could not be verified), \
     2 (the command line is wrong), 4 (a gate fails), 5 (none fails, but one is absent: what it asks for is not known here).";
const EXIT_CODES_OF_WRITING: &str = "Exit codes: 0 (written, or there was nothing to do), 1 (it failed, and nothing is changed), \
     2 (the command line is wrong), 3 (refused: a hold, a migration that cannot be undone, a protected branch).";

const EXIT_CODES_OF_PROMOTING: &str = "Exit codes: 0 (proposed, whatever the gates say, or there was nothing to promote), 1 (it failed), \
     2 (the command line is wrong), 3 (refused: a service that was named is held, or the branch is protected).";

/// Images of an environment.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ImageCommand {
    /// Write digests into an environment, as one commit that is pushed at once
    Set(SetOptions),
}

/// Options of `argosy image set`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXIT_CODES_OF_WRITING)]
pub struct SetOptions {
    /// Services and digests: api=sha256:...
    #[arg(required_unless_present = "from", value_name = "SERVICE=DIGEST", value_parser = image)]
    pub images: Vec<(String, Digest)>,
    /// Take them from a file of digests by service, as `make images` writes it: {"api": "sha256:..."}
    #[arg(long, value_name = "FILE", conflicts_with = "images")]
    pub from: Option<PathBuf>,
    /// The environment
    #[arg(long)]
    pub env: String,
    /// The commit that the images were built from
    #[arg(long)]
    pub commit: String,
    /// The pipeline's page
    #[arg(long)]
    pub build: Option<String>,
    /// Who or what sets them; left out, whom Git names
    #[arg(long)]
    pub actor: Option<String>,
    /// Registry and folder that they are pulled from; left out, it stays as it is
    #[arg(long)]
    pub registry: Option<String>,
    /// How it is told
    #[command(flatten)]
    pub telling: Telling,
}

/// Options of `argosy rollback`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXIT_CODES_OF_WRITING)]
pub struct RollbackOptions {
    /// Of what
    #[command(flatten)]
    pub of: ServiceOptions,
    /// A source commit, a commit that deployed it, or a digest; left out, what ran before
    #[arg(long)]
    pub to: Option<String>,
    /// Go back even across a migration that cannot be undone, or where that is not known: why the version before runs on this database
    /// nevertheless. Who says so answers for what it does to the data; it is written into the commit
    #[arg(long, value_name = "WHY")]
    pub despite_migrations: Option<String>,
}

/// Options of `argosy release`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXIT_CODES_OF_WRITING)]
pub struct ReleaseOptions {
    /// Of what
    #[command(flatten)]
    pub of: ServiceOptions,
}

/// A service in an environment, and what to say of it.
#[derive(Debug, Clone, clap::Args)]
pub struct ServiceOptions {
    /// The environment
    pub env: String,
    /// The service
    #[arg(long)]
    pub service: String,
    /// Why
    #[arg(long)]
    pub why: Option<String>,
    /// Who; left out, whom Git names
    #[arg(long)]
    pub actor: Option<String>,
    /// How it is told
    #[command(flatten)]
    pub telling: Telling,
}

/// How a command that writes tells what it does.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Telling {
    /// Only tell what would be written
    #[arg(long)]
    pub dry_run: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `argosy where`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct WhereOptions {
    /// A commit; it is in every image that was built from it or from a later one
    pub commit: String,
    /// In this service; left out, in those whose files it changed
    #[arg(long)]
    pub service: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `argosy audit`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct AuditOptions {
    /// The environment
    pub env: String,
    /// As it was then: 2026-11-01 (the end of that day in UTC), or 2026-11-01T12:30:00Z
    #[arg(long)]
    pub at: Option<String>,
    /// Only changes since then: 2026-11-01 (the beginning of that day in UTC), or 2026-11-01T12:30:00Z
    #[arg(long)]
    pub since: Option<String>,
    /// Ask the remote first, and fail where its history was rewritten
    #[arg(long)]
    pub fetch: bool,
    /// Fail where the history does not contain this commit, the head of an earlier report
    #[arg(long, value_name = "COMMIT")]
    pub follows: Option<String>,
    /// As a page of its own, into this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["csv", "json"])]
    pub html: Option<PathBuf>,
    /// As a table for other programs
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `argosy promote`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXIT_CODES_OF_PROMOTING)]
pub struct PromoteOptions {
    /// The environment whose digests are taken
    pub from: String,
    /// The environment that is to get them
    pub to: String,
    /// The service; more than once for more; left out, all that both have and that are not held
    #[arg(long = "service", value_name = "SERVICE")]
    pub services: Vec<String>,
    /// Who or what promotes; left out, whom Git names
    #[arg(long)]
    pub actor: Option<String>,
    /// Push the branch, and open no pull request
    #[arg(long)]
    pub branch_only: bool,
    /// How it is told
    #[command(flatten)]
    pub telling: Telling,
}

/// Options of `argosy verify`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXIT_CODES_OF_VERIFYING)]
pub struct VerifyOptions {
    /// The environment whose gates are asked
    pub env: String,
    /// Not about the digests that it has, or that the commit which is checked out would bring, but about those that a promotion from
    /// this environment would
    #[arg(long, value_name = "ENV")]
    pub from: Option<String>,
    /// The service; more than once for more; left out, all that it has
    #[arg(long = "service", value_name = "SERVICE")]
    pub services: Vec<String>,
    /// The digests that a rebuild gave, for the gate `rebuild`: {"api": "sha256:..."}
    #[arg(long, value_name = "FILE")]
    pub rebuilt: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `argosy diff`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Exit codes: 0 (nothing differs that may not), 1 (something does), 2 (the command line is wrong, or it could not be compared)."
)]
pub struct DiffOptions {
    /// An environment, or with --env a commit
    pub left: String,
    /// Another
    pub right: String,
    /// Compare two commits of this environment
    #[arg(long, conflicts_with_all = ["at", "worktree"])]
    pub env: Option<String>,
    /// Compare the environments of this commit; left out, of the one that is checked out
    #[arg(long, value_name = "COMMIT")]
    pub at: Option<String>,
    /// Compare the files as they are, committed or not
    #[arg(long, conflicts_with = "at")]
    pub worktree: bool,
    /// Show what may differ as well
    #[arg(long)]
    pub all: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

fn image(text: &str) -> Result<(String, Digest), String> {
    let (service, digest) = text.split_once('=').ok_or_else(|| format!("'{text}' is not SERVICE=DIGEST"))?;
    Ok((service.to_owned(), digest.parse().map_err(|error: argosy_delivery::Error| error.to_string())?))
}
