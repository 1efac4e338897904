//! Where images are made and run: a cluster with a reconciler that follows, or this machine alone.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context as _, ensure};

use super::{RehearsalArguments, person::Person, registry::Registry};
use crate::{NAMESPACE, application, kubectl::kubectl, process::run, reconciler, storage};

/// Digests by service.
pub(super) type Digests = BTreeMap<String, String>;

/// The program of the API, and its image.
const PROGRAM: &str = "argosy-api";

pub(super) enum Place {
    /// The API is compiled here, and its image is in a registry of our own.
    Machine(Registry),
    /// Docker makes the images, and Argo CD follows.
    Cluster(Cluster),
}

/// A cluster, and what it pulls from and reads.
pub(super) struct Cluster {
    registry: String,
    git: String,
    manifest: Option<PathBuf>,
    images: PathBuf,
}

impl Place {
    /// The cluster, where the arguments name what it takes.
    pub(super) async fn of(arguments: &RehearsalArguments) -> anyhow::Result<Self> {
        let Some(git) = &arguments.git else { return Ok(Self::Machine(Registry::start().await?)) };
        let registry = arguments.registry.clone().context("a cluster needs --registry as well")?;
        Ok(Self::Cluster(Cluster {
            registry,
            git: git.clone(),
            manifest: arguments.manifest.clone(),
            images: arguments.images.clone(),
        }))
    }

    /// The remote that everybody pushes to, where it is not a folder of the rehearsal.
    pub(super) fn remote(&self) -> Option<&str> {
        match self {
            Self::Machine(_) => None,
            Self::Cluster(cluster) => Some(&cluster.git),
        }
    }

    /// Registry and folder of the images.
    pub(super) fn registry(&self) -> &str {
        match self {
            Self::Machine(registry) => &registry.address,
            Self::Cluster(cluster) => &cluster.registry,
        }
    }

    /// What there is before anything changes. On a cluster those that were built of the commit that is rehearsed with.
    pub(super) async fn first_images(&self, pipeline: &Person) -> anyhow::Result<Digests> {
        let Self::Cluster(cluster) = self else { return self.build(pipeline).await };
        let target = pipeline.folder.join("target");
        fs::create_dir_all(&target)?;
        fs::copy(&cluster.images, target.join("images.json"))
            .with_context(|| format!("cannot read {}: `make images` writes it", cluster.images.display()))?;
        read(pipeline)
    }

    /// Builds and pushes what the pipeline has checked out, as target/images.json of its clone says then.
    pub(super) async fn build(&self, pipeline: &Person) -> anyhow::Result<Digests> {
        match self {
            Self::Cluster(cluster) => {
                pipeline.make(&["images", &format!("PUSH={}", cluster.registry)]).await?;
            }
            Self::Machine(registry) => {
                pipeline.say("cargo build --package argosy-api, and its image");
                let target = pipeline.folder.join("target");
                let mut cargo = pipeline.command("cargo");
                // With the features that the whole workspace asks for, as what was compiled before has them.
                cargo.args(["build", "--locked", "--quiet", "--workspace", "--bin", PROGRAM]);
                cargo.env("SQLX_OFFLINE", "true");
                // What is compiled of others' crates is shared with the repository that is rehearsed with, its programs are not.
                cargo.env("CARGO_BUILD_BUILD_DIR", shared_target()?).env("CARGO_TARGET_DIR", &target);
                run(&mut cargo).await?;
                let digest = registry.push("api", &target.join("debug").join(PROGRAM)).await?;
                let digests = Digests::from([("api".to_owned(), digest)]);
                fs::write(target.join("images.json"), serde_json::to_string(&digests)?)?;
            }
        }
        read(pipeline)
    }

    /// What the API that runs says of itself: that of the pod, or of the image that Git names.
    pub(super) async fn asks(&self, digest: &str) -> anyhow::Result<String> {
        match self {
            Self::Machine(registry) => {
                let program = registry.pull("api", digest, PROGRAM).await?;
                run(tokio::process::Command::new(program).arg("--help")).await
            }
            Self::Cluster(_) => {
                let program = format!("/usr/local/bin/{PROGRAM}");
                kubectl(&["exec", "--namespace", NAMESPACE, "deployment/api", "--", &program, "--help"]).await
            }
        }
    }

    /// Takes off the cluster what came upon it.
    pub(super) async fn clear(&self) -> anyhow::Result<()> {
        let Self::Cluster(_) = self else { return Ok(()) };
        reconciler::remove().await?;
        storage::remove().await
    }
}

/// Where Cargo compiles to here.
fn shared_target() -> anyhow::Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    Ok(std::path::absolute(target)?)
}

impl Cluster {
    /// Lets it follow the repository.
    pub(super) async fn follow(&self) -> anyhow::Result<()> {
        storage::prepare(None).await?;
        reconciler::install(&self.git, self.manifest.as_deref()).await
    }

    /// Waits until a commit is what runs, the API with this digest.
    pub(super) async fn becomes(&self, commit: &str, digest: &str) -> anyhow::Result<()> {
        application::becomes(commit).await?;
        let pods = application::pods("api").await?;
        ensure!(!pods.is_empty(), "no pod of the API runs");
        ensure!(pods.iter().all(|pod| pod.image.ends_with(digest)), "the API runs {pods:?}, not {digest}");
        Ok(())
    }
}

fn read(pipeline: &Person) -> anyhow::Result<Digests> {
    let file = pipeline.folder.join("target/images.json");
    serde_json::from_str(&fs::read_to_string(&file)?)
        .with_context(|| format!("{} has no digests", file.display()))
}
