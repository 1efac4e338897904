//! What these commands take.

use std::path::PathBuf;

use argosy_workshop::NewName;

/// Something new.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum NewCommand {
    /// Make a service: its crate, its image, its chart, and its entry in every environment
    ///
    /// Nothing is committed: `git status` and `git diff` show what was made.
    Service(NewServiceOptions),
    /// Make an application: a repository of the shape of this one, with one service
    ///
    /// What the application shares with this repository is copied from it. Its folder gets a first commit, and the platform's repository one
    /// more; nothing is pushed.
    Application(NewApplicationOptions),
}

/// Options of `argosy new service`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Exit codes: 0, 1 (it failed), 2 (the command line is wrong), 3 (refused: a name that is taken or cannot be one, changes that are in no commit, a repository of another shape)."
)]
pub struct NewServiceOptions {
    /// Its name: lower-case letters, digits and hyphens
    pub name: String,
    /// What it is made of
    #[arg(long, value_enum, default_value_t = TemplateName::Axum)]
    pub template: TemplateName,
    /// What it does, in a sentence
    #[arg(long)]
    pub description: Option<String>,
    /// Although the work tree has changes that are in no commit
    #[arg(long)]
    pub allow_dirty: bool,
    /// Only tell what would be written, edited and run
    #[arg(long)]
    pub dry_run: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// The name, or what is wrong with it; clap would say it without the exit code of a refusal.
pub(super) fn name(text: &str) -> Result<NewName, argosy_workshop::Error> {
    text.parse()
}

/// Options of `argosy new application`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Exit codes: 0, 1 (it failed), 2 (the command line is wrong), 3 (refused: a name that is taken or cannot be one, a folder that is not empty, changes in the platform's gitops/ that are in no commit, a repository of another shape)."
)]
pub struct NewApplicationOptions {
    /// Its name: lower-case letters, digits and hyphens
    pub name: String,
    /// The folder that becomes its repository; left out, one of its name beside this repository
    #[arg(long)]
    pub into: Option<PathBuf>,
    /// The name of its first service
    #[arg(long, default_value = "api")]
    pub service: String,
    /// What it does, in a sentence
    #[arg(long)]
    pub description: Option<String>,
    /// Registry and folder of its images; left out, beside those of this repository
    #[arg(long)]
    pub registry: Option<String>,
    /// The address by which Argo CD reads its repository; left out, beside that of this one
    #[arg(long)]
    pub repository: Option<String>,
    /// The repository that tells Argo CD what there is: it gets a commit with the application's entry
    #[arg(long)]
    pub platform: Option<PathBuf>,
    /// Only tell what would be written, edited and run
    #[arg(long)]
    pub dry_run: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// A template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TemplateName {
    /// HTTP by axum
    Axum,
}

/// Options of `argosy render`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Exit codes: 0, 1 (it failed, or with --check something would change), 2 (the command line is wrong)."
)]
pub struct RenderOptions {
    /// Print the objects of this environment; left out, all are rendered, and counted
    #[arg(long)]
    pub env: Option<String>,
    /// Write nothing, and fail where something would change
    #[arg(long, visible_alias = "dry-run")]
    pub check: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `argosy check`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Exit codes: 0 (nothing was found), 1 (something was, or it failed), 2 (the command line is wrong)."
)]
pub struct CheckOptions {
    /// Only this one; may be given several times
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// How many run at once; left out, one a processor
    #[arg(long, short)]
    pub jobs: Option<usize>,
    /// Only list them
    #[arg(long)]
    pub list: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `argosy doctor`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Exit codes: 0 (nothing was found; with --kubernetes, nothing is in the way), 1 (something was, or it failed), 2 (the command line is wrong), 3 (refused: a version of Kubernetes that there is not, or that is not the next one after --from)."
)]
pub struct DoctorOptions {
    /// Say instead what an upgrade to this version of Kubernetes takes away, such as 1.36: API versions of every rendered environment's
    /// objects, charts that refuse it, add-ons that are not known to work with it
    #[arg(long, value_name = "VERSION")]
    pub kubernetes: Option<String>,
    /// The version of Kubernetes that runs: an upgrade goes one minor version at a time
    #[arg(long, value_name = "VERSION", requires = "kubernetes")]
    pub from: Option<String>,
    /// Only this environment; left out, all
    #[arg(long, requires = "kubernetes")]
    pub env: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
