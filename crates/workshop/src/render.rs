//! What clusters are given: the base of the charts, and environments of the base.

use std::{path::Path, time::Duration};

use argosy_delivery::{Delivery, EnvironmentName};
use serde::Serialize;

use crate::{Error, process};

/// What writes the base. It is a script, so that it needs nothing that has to be compiled.
const SCRIPT: &str = "scripts/render";
const PATIENCE: Duration = Duration::from_mins(10);
const HINT: &str = "`argosy doctor` says what this machine lacks";

/// What was rendered.
#[derive(Debug, Clone, Serialize)]
pub struct Rendered {
    /// What changed under `kustomize/`, or would change: a line each.
    pub changed: Vec<String>,
    /// The environments.
    pub environments: Vec<RenderedEnvironment>,
}

/// An environment.
#[derive(Debug, Clone, Serialize)]
pub struct RenderedEnvironment {
    /// Its name.
    pub name: EnvironmentName,
    /// How many objects it has.
    pub objects: usize,
    /// The objects, as Kubernetes reads them.
    #[serde(skip)]
    pub yaml: String,
}

/// Writes the base anew, or only looks whether it would change, and renders one environment, or all.
pub async fn render(delivery: &Delivery, only: Option<&str>, is_dry_run: bool) -> Result<Rendered, Error> {
    let (root, config) = (delivery.repository().root(), delivery.config());
    let environments: Vec<&EnvironmentName> = match only {
        Some(name) => vec![&config.environment(name)?.name],
        None => config.environments.iter().map(|environment| &environment.name).collect(),
    };
    if !root.join(SCRIPT).is_file() {
        return Err(Error::OtherShape { missing: format!("no {SCRIPT}") });
    }
    let options: &[&str] = if is_dry_run { &["--check"] } else { &[] };
    let written = process::run(root, &root.join(SCRIPT), options, PATIENCE, HINT).await?;
    // With --check it prints what differs and fails; a failure without that is one.
    let printed = if is_dry_run && !written.stdout.is_empty() {
        written.stdout
    } else {
        written.expect("Mend what it names, and run it again")?
    };
    let mut rendered =
        Rendered { changed: printed.lines().map(str::to_owned).collect(), environments: Vec::new() };
    for name in environments {
        let overlay = config.overlay(name);
        let yaml = kustomize(root, &overlay).await?;
        let objects = yaml.lines().filter(|line| line.starts_with("kind: ")).count();
        rendered.environments.push(RenderedEnvironment { name: name.clone(), objects, yaml });
    }
    Ok(rendered)
}

/// The program in PATH, or else the one that the repository brings.
pub(crate) async fn kustomize(root: &Path, overlay: &str) -> Result<String, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there =
        std::env::split_paths(&path).map(|folder| folder.join("kustomize")).find(|file| file.is_file());
    let said = match there {
        Some(program) => process::run(root, &program, &["build", overlay], PATIENCE, HINT).await?,
        None => {
            let tool = root.join("scripts/tool");
            process::run(root, &tool, &["kustomize", "build", overlay], PATIENCE, HINT).await?
        }
    };
    said.expect("Mend what it names, and run it again")
}
