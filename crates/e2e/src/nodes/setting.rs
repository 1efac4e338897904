//! What the upgrade happens to: the environment `local` as production has it, a fleet, and somebody who asks.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};

use super::{ClusterArguments, Wrong, node::Node, spread};
use crate::{images::Images, pods, repository::Repository, step};

const OVERLAY: &str = "kustomize/overlays/local";
const COMPONENTS: &str = "kustomize/components";

/// What the cluster runs, and where from.
#[derive(Debug, Clone, clap::Args)]
pub struct EnvironmentArguments {
    /// Registry and folder of the images, as the cluster pulls them
    #[arg(long, env = "ARGOSY_E2E_REGISTRY")]
    pub registry: Option<String>,
    /// The images' digests, as `make images` writes them
    #[arg(long, default_value = "target/images.json")]
    pub images: PathBuf,
    /// A repository that this pushes to and the cluster reads
    #[arg(long, env = "ARGOSY_E2E_GIT")]
    pub git: Option<String>,
    /// Manifest that installs the reconciler where it is missing; the upstream one without it
    #[arg(long, env = "ARGOSY_E2E_MANIFEST")]
    pub manifest: Option<PathBuf>,
    /// Leave everything as it is where something fails
    #[arg(long)]
    pub keep: bool,
}

/// Lets the cluster run it, with the fleet on the node that stands for what is not in the cluster.
pub(super) async fn raise(arguments: &ClusterArguments, outside: &Node) -> anyhow::Result<()> {
    let environment = &arguments.environment;
    // Asked for here, since a cluster of one node is skipped without them.
    let registry =
        environment.registry.as_ref().context("give --registry: where the cluster pulls images from")?;
    let git = environment
        .git
        .as_ref()
        .context("give --git: a repository that can be pushed to and that the cluster reads")?;
    let images = Images::read(&environment.images, registry)?;
    let repository = Repository::copy(git)?;
    rewrite(&repository, arguments.wrong, &outside.name)?;
    repository.commit("Rehearse a cluster's upgrade")?;
    let setting = step::Setting {
        repository: &repository,
        images: &images,
        git,
        manifest: environment.manifest.as_deref(),
        node: Some(&outside.name),
    };
    step::raise(&setting).await?;
    spread::tell().await?;
    pods::start_load(&images.reference("simulator")?, arguments.devices, 2.0, Some(&outside.name)).await?;
    pods::start_watch(&images.reference("argosy")?, Some(&outside.name)).await
}

/// The overlay with components of the rehearsal's own.
fn rewrite(repository: &Repository, wrong: Option<Wrong>, outside: &str) -> anyhow::Result<()> {
    let replicas: u32 = if wrong == Some(Wrong::OneReplica) { 1 } else { 2 };
    let disruptions = u32::from(wrong != Some(Wrong::NoDisruption));
    let rehearsal = include_str!("../../data/rehearsal.yaml")
        .replace("REPLICAS", &replicas.to_string())
        .replace("DISRUPTIONS", &disruptions.to_string());
    let pinned = include_str!("../../data/outside.yaml").replace("OUTSIDE", outside);
    for (name, text) in [("rehearsal", rehearsal), ("outside", pinned)] {
        std::fs::create_dir_all(repository.path(&format!("{COMPONENTS}/{name}")))?;
        repository.write(&format!("{COMPONENTS}/{name}/kustomization.yaml"), Some(&text))?;
    }
    let relaxed = "  - ../../../components/relaxed\n";
    let backends = "  - ../../../components/local-backends\n";
    for (part, old, new) in [
        ("services", relaxed, relaxed.replace("relaxed", "rehearsal")),
        ("backing", backends, format!("{backends}{}", backends.replace("local-backends", "outside"))),
    ] {
        let file = format!("{OVERLAY}/{part}/kustomization.yaml");
        let text = std::fs::read_to_string(repository.path(&file)).with_context(|| file.clone())?;
        ensure!(text.contains(old), "{file} has no line {}", old.trim());
        repository.write(&file, Some(&text.replace(old, &new)))?;
    }
    Ok(())
}
