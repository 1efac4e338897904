//! What can go wrong, and what to do then.

mod peer;

use std::{path::PathBuf, time::Duration};

pub use peer::PeerError;

use crate::{CommitId, Digest, EnvironmentName, Hold, ServiceName};

/// Why something was not done. Each says what, why, and what to try.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name, digest or commit that cannot be one.
    #[error("'{text}' is not {what}")]
    Malformed {
        /// What it should be.
        what: &'static str,
        /// What it is.
        text: String,
    },
    /// A value that is to stand in one line of a commit's message.
    #[error("the value of {key} has a line break or nothing in it; a commit's trailer is one line")]
    MalformedTrailer {
        /// The trailer.
        key: &'static str,
    },

    /// There is no `argosy.toml`.
    #[error("{0} does not exist: it names the services and environments; docs/delivery.md says how")]
    NoConfig(PathBuf),
    /// `argosy.toml` cannot be understood.
    #[error("argosy.toml: {0}")]
    Config(String),
    /// A service that `argosy.toml` does not name.
    #[error("argosy.toml names no service '{name}'; it names {known}")]
    UnknownService {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// An environment that `argosy.toml` does not name.
    #[error("argosy.toml names no environment '{name}'; it names {known}")]
    UnknownEnvironment {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },

    /// `git` or another program cannot be started.
    #[error("{program} cannot be started: {reason}. {try_this}")]
    NoProgram {
        /// Which.
        program: &'static str,
        /// Why.
        reason: String,
        /// Where it comes from.
        try_this: &'static str,
    },
    /// A program ended with an error that has no message of its own here.
    #[error("{command} failed: {says}")]
    Program {
        /// The program and its arguments.
        command: String,
        /// What it wrote on stderr.
        says: String,
    },
    /// A program did not end.
    #[error("{command} did not end within {} s; it was stopped", .after.as_secs())]
    TimedOut {
        /// The program and its arguments.
        command: String,
        /// How long it had.
        after: Duration,
    },
    /// A program's output is not what it was asked for.
    #[error("{command} printed what cannot be understood: {what}")]
    Output {
        /// The program.
        command: &'static str,
        /// What was found.
        what: String,
    },
    /// A file of this machine could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// This is no work tree of Git.
    #[error("{0} is not in a Git repository")]
    NoRepository(PathBuf),
    /// No branch is named, and none is checked out.
    #[error(
        "HEAD is detached, and argosy.toml names no branch: give it `branch = \"main\"`, or check a branch out"
    )]
    DetachedHead,
    /// There is no such remote.
    #[error(
        "this repository has no remote '{name}': `git remote add {name} <address>`, or name another by `remote` in argosy.toml"
    )]
    MissingRemote {
        /// Which.
        name: String,
    },
    /// The remote has no such branch.
    #[error("{remote} has no branch '{branch}': push it first, or name another by `branch` in argosy.toml")]
    MissingBranch {
        /// The remote.
        remote: String,
        /// The branch.
        branch: String,
    },
    /// The remote does not answer, or not to us.
    #[error("{remote} cannot be read: {says}")]
    Unreachable {
        /// The remote.
        remote: String,
        /// What Git says.
        says: String,
    },
    /// The server keeps this branch from being pushed to.
    #[error(
        "{remote} protects '{branch}' from pushes: {says}\nLet whoever runs this bypass the rule for {branch}, or propose the change in a pull request"
    )]
    ProtectedBranch {
        /// The remote.
        remote: String,
        /// The branch.
        branch: String,
        /// The server's words.
        says: String,
    },
    /// The server refuses the commit.
    #[error("{remote} refused the commit {tries} times: {says}")]
    PushRefused {
        /// The remote.
        remote: String,
        /// How often it was offered.
        tries: usize,
        /// The server's words.
        says: String,
    },
    /// Others were faster each time.
    #[error(
        "'{branch}' moved on each of {tries} tries: others push to it all the time. Try again; nothing was changed"
    )]
    Contention {
        /// The branch.
        branch: String,
        /// How often it was tried.
        tries: usize,
    },
    /// The branch does not contain what it contained before.
    #[error(
        "the history of '{branch}' was rewritten: it was at {before}, and is now at {now}, which does not contain that. Nothing was changed. Find out by whom and why; `git fetch` accepts it"
    )]
    Rewritten {
        /// The branch.
        branch: String,
        /// What it was.
        before: CommitId,
        /// What it is.
        now: CommitId,
    },
    /// There is no such commit here.
    #[error("'{0}' is no commit of this repository: is it fetched?")]
    UnknownCommit(String),
    /// Only the newest part of the history is here.
    #[error("this clone is shallow: what ran before is not in it. `git fetch --unshallow` brings the rest")]
    Shallow,
    /// Git does not know whom to name as the commit's author.
    #[error("Git does not know who commits: `git config user.name` and `git config user.email` tell it. {0}")]
    NoIdentity(String),

    /// The overlay is not there.
    #[error("{commit} has no folder {folder}")]
    MissingOverlay {
        /// Where it was looked for.
        commit: CommitId,
        /// Which.
        folder: String,
    },
    /// A kustomization that is not YAML of the shape Kustomize reads.
    #[error("{file} cannot be read: {reason}. Mend it by hand, and commit")]
    Overlay {
        /// Which file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No entry of the overlay names the image.
    #[error("no kustomization in {folder} has an entry under `images:` for {image}: it does not run there")]
    NotInOverlay {
        /// The overlay.
        folder: String,
        /// The image.
        image: String,
    },
    /// More than one entry names the image.
    #[error("{image} stands twice under `images:`: {places}. Leave one of them, and commit")]
    Twice {
        /// The image.
        image: String,
        /// Where.
        places: String,
    },
    /// The entry names what can change without a commit.
    #[error(
        "{place} names {image} by {found}, not by a digest. Write `digest: \"sha256:...\"` instead, and commit"
    )]
    NotByDigest {
        /// File and line.
        place: String,
        /// The image.
        image: String,
        /// What stands there.
        found: String,
    },
    /// What is in the work tree is not what is committed.
    #[error(
        "{files} has changes that are not committed: commit or stash them, or compare the files as they are by `--worktree`"
    )]
    Dirty {
        /// Which files.
        files: String,
    },

    /// A service that was rolled back, and stays so.
    #[error(
        "{0} is held in {environment} at {1} since {2} by {3}{4}. `argosy release {environment} --service {0}` lets it go",
        hold.service, hold.digest, hold.since, hold.by, because(hold.why.as_deref())
    )]
    Held {
        /// The environment.
        environment: EnvironmentName,
        /// What holds it.
        hold: Box<Hold>,
    },
    /// `holds.toml` cannot be read.
    #[error("{file}: {reason}")]
    Holds {
        /// Which.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Nothing ran there before.
    #[error("{service} never ran anything in {environment} that it could go back to{wanted}{ran}")]
    NothingToGoBackTo {
        /// The service.
        service: ServiceName,
        /// The environment.
        environment: EnvironmentName,
        /// What was asked for.
        wanted: String,
        /// What ran.
        ran: String,
    },
    /// A migration in between took away what the version before needs.
    #[error(
        "{service} in {environment} cannot go back to {to}: migrations since then cannot be undone:{}\nMend it by a new version. If {to} runs on this database nevertheless, say why by `--despite-migrations`",
        on_lines(migrations)
    )]
    Contract {
        /// The service.
        service: ServiceName,
        /// The environment.
        environment: EnvironmentName,
        /// The source commit it would go back to.
        to: CommitId,
        /// Each with its reason.
        migrations: Vec<String>,
    },
    /// Whether the migrations in between can be undone is not known.
    #[error(
        "whether {service} in {environment} can go back is not known: the source commit of {digest} is {why}, so its migrations cannot be compared. If what it goes back to runs on this database, say why by `--despite-migrations`"
    )]
    UnknownMigrations {
        /// The service.
        service: ServiceName,
        /// The environment.
        environment: EnvironmentName,
        /// The image.
        digest: Digest,
        /// What is missing.
        why: &'static str,
    },

    /// One environment is not promoted to the other.
    #[error("nothing is promoted from {from} to {to}: {why}")]
    NotPromoted {
        /// The one.
        from: EnvironmentName,
        /// The other.
        to: EnvironmentName,
        /// Why not, and what would change that.
        why: String,
    },
    /// The branch of a promotion is there, and its pull request is not.
    #[error("{branch} is pushed, but its pull request is not: {source}. Run it again, or open one yourself")]
    NoRequest {
        /// The branch.
        branch: String,
        /// Why.
        source: Box<Error>,
    },
    /// A registry or a code host says no, or nothing that can be used.
    #[error(transparent)]
    Peer(#[from] PeerError),

    /// A date or a time that is none.
    #[error("'{0}' is no date: give 2026-11-01, or 2026-11-01T12:30:00Z")]
    Date(String),
    /// The page or the table could not be written.
    #[error("the report cannot be written: {0}")]
    Report(String),
}

impl Error {
    /// Whether it was refused by a rule of delivery, a hold or a migration, rather than failed.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Held { .. }
                | Self::Contract { .. }
                | Self::UnknownMigrations { .. }
                | Self::ProtectedBranch { .. }
        )
    }

    /// The migrations that keep a service from going back, where it is those that do.
    pub(crate) fn migrations(&self) -> Option<Vec<String>> {
        match self {
            Self::Contract { migrations, .. } => Some(migrations.clone()),
            Self::UnknownMigrations { digest, why, .. } => {
                Some(vec![format!("not known: the source commit of {digest} is {why}")])
            }
            _ => None,
        }
    }
}

/// Each on a line of its own.
fn on_lines(texts: &[String]) -> String {
    texts.iter().flat_map(|text| ["\n  ", text.as_str()]).collect()
}

fn because(why: Option<&str>) -> String {
    why.map(|why| format!(": {why}")).unwrap_or_default()
}
