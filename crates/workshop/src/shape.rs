//! What of a repository is where, and whether it is one of this shape.

use std::{
    fs,
    path::{Path, PathBuf},
};

use argosy_delivery::{Config, Delivery, ServiceName};
use toml_edit::DocumentMut;

use crate::Error;

/// What a repository of this shape has, whatever it is called.
const PARTS: [&str; 9] = [
    "Cargo.toml",
    "charts/library/Chart.yaml",
    "charts/schema.yaml",
    "crates/runtime/Cargo.toml",
    "docker/bake.hcl",
    "kustomize/base/kustomization.yaml",
    "kustomize/values",
    "scripts/charts-docs",
    "scripts/render",
];

/// A repository of this shape.
#[derive(Debug, Clone)]
pub struct Shape {
    root: PathBuf,
    config: Config,
    manifest: DocumentMut,
}

impl Shape {
    /// Looks at a repository; fails where it is of another shape, and says what is not there.
    pub fn of(delivery: &Delivery) -> Result<Self, Error> {
        let (root, config) = (delivery.repository().root().to_owned(), delivery.config().clone());
        let mut missing: Vec<String> =
            PARTS.iter().filter(|part| !root.join(part).exists()).map(|part| format!("no {part}")).collect();
        let overlays = config.environments.iter().map(|environment| config.overlay(&environment.name));
        missing.extend(
            overlays.filter(|overlay| !root.join(overlay).is_dir()).map(|overlay| format!("no {overlay}")),
        );
        let manifest = read(&root, "Cargo.toml").unwrap_or_default();
        let manifest: DocumentMut = manifest
            .parse()
            .map_err(|error| Error::OtherShape { missing: format!("Cargo.toml is no TOML: {error}") })?;
        if manifest.get("workspace").is_none_or(|workspace| workspace.get("package").is_none()) {
            missing.push("no [workspace.package] in Cargo.toml".into());
        }
        let shape = Self { root, config, manifest };
        if shape.application().parse::<ServiceName>().is_err() {
            let registry = &shape.config.registry;
            missing
                .push(format!("no application's name at the end of registry in argosy.toml, '{registry}'"));
        }
        if !missing.is_empty() {
            return Err(Error::OtherShape { missing: missing.join(", ") });
        }
        Ok(shape)
    }

    /// The repository's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What `argosy.toml` says.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The application: what crates' names begin with, and where its objects live. The last part of the registry.
    pub fn application(&self) -> &str {
        self.config.registry.rsplit('/').next().unwrap_or(&self.config.registry)
    }

    /// The version of the workspace.
    pub(crate) fn version(&self) -> &str {
        self.manifest["workspace"]["package"]["version"].as_str().unwrap_or("0.1.0")
    }

    /// The lowest Rust that compiles it.
    pub(crate) fn rust_version(&self) -> &str {
        self.manifest["workspace"]["package"]["rust-version"].as_str().unwrap_or("1.95")
    }

    /// Those of these that the workspace has no version of.
    pub(crate) fn missing_dependencies<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let there = &self.manifest["workspace"]["dependencies"];
        wanted.iter().copied().filter(|name| there.get(name).is_none()).collect()
    }

    /// Whether every folder of `services/` is a member of the workspace.
    pub(crate) fn takes_services(&self) -> bool {
        let members = self.manifest["workspace"]["members"].as_array();
        members.is_some_and(|members| members.iter().any(|member| member.as_str() == Some("services/*")))
    }

    /// A line `key: value` of the chart that all others share.
    pub(crate) fn library(&self, key: &str) -> Result<Option<String>, Error> {
        let text = self.read("charts/library/Chart.yaml")?;
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        Ok(line.map(|value| value.trim_matches('"').to_owned()))
    }

    /// A file's text.
    pub(crate) fn read(&self, path: &str) -> Result<String, Error> {
        read(&self.root, path)
    }

    /// Whether there is such a file or folder.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// The files under a folder, from the root, in their order.
    pub(crate) fn files(&self, folder: &str) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let path = self.root.join(&folder);
            for entry in fs::read_dir(&path).map_err(Error::file(&path))? {
                let entry = entry.map_err(Error::file(&path))?;
                let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                match entry.file_type().map_err(Error::file(&path))? {
                    kind if kind.is_dir() => folders.push(name),
                    kind if kind.is_file() => found.push(name),
                    _ => {}
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

fn read(root: &Path, path: &str) -> Result<String, Error> {
    let path = root.join(path);
    fs::read_to_string(&path).map_err(Error::file(&path))
}
