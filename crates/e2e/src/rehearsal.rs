//! A change's whole way to production and back again, by the commands that people and pipelines use: `make rehearse`.

mod journal;
mod person;
mod place;
mod registry;
mod scene;
mod step;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Parser;

use self::{
    journal::Journal,
    person::Person,
    place::{Digests, Place},
};
use crate::process::run;

/// What a change comes to first, and where it is promoted to. `local` is the one that any cluster can run.
const FIRST: &str = "dev";
const LAST: &str = "local";
/// Who writes the change, who approves it and is called when something is wrong, and what runs by itself.
const ADA: &str = "Ada";
const GRACE: &str = "Grace";
const PIPELINE: &str = "Pipeline";

/// Rehearses the delivery of a change to the API: pushed, built, set, promoted, found bad, rolled back, held, mended, released.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "argosy-rehearse",
    version,
    after_help = "Exit codes: 0, 1 (something is not as it must be), 2 (the command line is wrong)."
)]
pub struct RehearsalArguments {
    /// The command `argosy` that is rehearsed with
    #[arg(long, env = "ARGOSY", default_value = "target/debug/argosy")]
    pub argosy: PathBuf,
    /// Where the clones are, and what of them is worth keeping; the pages of the audits come here
    #[arg(long, default_value = "target/rehearsal")]
    pub folder: PathBuf,
    /// A repository that this pushes to and a cluster reads; without it, there is no cluster
    #[arg(long, env = "ARGOSY_E2E_GIT")]
    pub git: Option<String>,
    /// Registry and folder of the images, as the cluster pulls them
    #[arg(long, env = "ARGOSY_E2E_REGISTRY")]
    pub registry: Option<String>,
    /// Digests of the images of this commit, which the cluster runs first, as `make images` writes them
    #[arg(long, default_value = "target/images.json")]
    pub images: PathBuf,
    /// Manifest that installs the reconciler where it is missing; the upstream one without it
    #[arg(long, env = "ARGOSY_E2E_MANIFEST")]
    pub manifest: Option<PathBuf>,
    /// Leave the cluster as it is where something fails
    #[arg(long)]
    pub keep: bool,
}

/// Who takes part, and what has happened.
struct Rehearsal {
    place: Place,
    ada: Person,
    grace: Person,
    pipeline: Person,
    began: DateTime<Utc>,
    first: Journal,
    last: Journal,
    /// Runs of the pipeline.
    builds: u32,
    times: Vec<(&'static str, f64)>,
}

/// Plays every scene, and prints how long each took.
pub async fn rehearse(arguments: RehearsalArguments) -> anyhow::Result<()> {
    let place = Place::of(&arguments).await?;
    let mut rehearsal = Rehearsal::prepare(place, &arguments).await?;
    let began = Instant::now();
    let result = rehearsal.play(&arguments.folder).await;
    for (name, seconds) in &rehearsal.times {
        println!("{name:44} {seconds:6.1} s");
    }
    println!("{:44} {:6.1} s", "all of it", began.elapsed().as_secs_f64());
    if result.is_ok() || !arguments.keep {
        rehearsal.place.clear().await?;
    }
    result
}

impl Rehearsal {
    /// Clones of the commit that is checked out here, and their remote.
    async fn prepare(place: Place, arguments: &RehearsalArguments) -> anyhow::Result<Self> {
        fs::create_dir_all(&arguments.folder)?;
        let folder = arguments.folder.canonicalize()?;
        let argosy = arguments.argosy.canonicalize();
        let argosy = argosy.with_context(|| format!("there is no {}", arguments.argosy.display()))?;
        let remote = match place.remote() {
            Some(remote) => remote.to_owned(),
            None => bare(&folder.join("remote.git")).await?,
        };
        git(&["push", "--quiet", "--force", &remote, "HEAD:refs/heads/main"]).await?;
        for branch in git(&["ls-remote", "--heads", &remote, "promote/*"]).await?.lines() {
            let (_, name) = branch.split_once('\t').context("ls-remote prints no branch")?;
            git(&["push", "--quiet", &remote, "--delete", name]).await?;
        }
        let clone =
            |name: &'static str| Person::cloning(&remote, folder.join(name.to_lowercase()), name, &argosy);
        Ok(Self {
            place,
            ada: clone(ADA).await?,
            grace: clone(GRACE).await?,
            pipeline: clone(PIPELINE).await?,
            began: Utc::now(),
            first: Journal::default(),
            last: Journal::default(),
            builds: 0,
            times: Vec::new(),
        })
    }

    async fn play(&mut self, pages: &Path) -> anyhow::Result<()> {
        let before = self.begin().await?;
        let bad = self.change().await?;
        self.find_it_bad(&before, &bad).await?;
        self.run_again(&before, &bad).await?;
        self.mend(&bad).await?;
        self.audit(&bad, pages).await
    }

    /// Writes down how long something took.
    async fn timed<T>(
        times: &mut Vec<(&'static str, f64)>,
        what: &'static str,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let start = Instant::now();
        let value = work.await.with_context(|| what.to_owned())?;
        times.push((what, start.elapsed().as_secs_f64()));
        Ok(value)
    }
}

/// A remote with nothing in it.
async fn bare(folder: &Path) -> anyhow::Result<String> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let path = folder.to_str().context("the folder's path is no text")?;
    git(&["init", "--quiet", "--bare", "--initial-branch=main", path]).await?;
    Ok(path.to_owned())
}

/// Git in the repository that is rehearsed with.
async fn git(arguments: &[&str]) -> anyhow::Result<String> {
    run(tokio::process::Command::new("git").args(arguments)).await
}
