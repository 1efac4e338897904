//! What a repository lacks: services and environments that are named in one place and not in another, settings of Git.

use std::{path::Path, time::Duration};

use argosy_delivery::{Config, Delivery, Service};

use super::{About, Finding};
use crate::{Error, process};

fn finding(what: String, mend: impl Into<String>) -> Finding {
    Finding::new(About::Repository, what, mend)
}

/// All of it.
pub(super) async fn look(delivery: &Delivery) -> Result<Vec<Finding>, Error> {
    let (root, config) = (delivery.repository().root(), delivery.config());
    let mut findings = git(root, config).await;
    for service in &config.services {
        findings.extend(of_service(root, config, service)?);
    }
    findings.extend(unnamed(root, config)?);
    Ok(findings)
}

/// Settings of Git.
async fn git(root: &Path, config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let remote = &config.remote;
    if ask(root, &["remote", "get-url", remote]).await.is_none() {
        findings.push(finding(
            format!("there is no remote '{remote}': nothing can be delivered from here"),
            format!("git remote add {remote} <address>"),
        ));
    }
    if ask(root, &["rev-parse", "--is-shallow-repository"]).await.as_deref() == Some("true") {
        findings.push(finding(
            "this clone is shallow: what ran before is not in it".into(),
            "git fetch --unshallow",
        ));
    }
    for key in ["user.name", "user.email"] {
        if ask(root, &["config", key]).await.is_none() {
            findings.push(finding(
                format!("Git does not know your {key}"),
                format!("git config --global {key} <yours>"),
            ));
        }
    }
    let hooks = ask(root, &["config", "core.hooksPath"]).await;
    match hooks {
        Some(folder) if !root.join(&folder).is_dir() => findings.push(finding(
            format!("core.hooksPath is {folder}, which is not there: no hook runs"),
            "git config --unset core.hooksPath",
        )),
        None if root.join(".githooks").is_dir() => findings
            .push(finding("the hooks in .githooks do not run".into(), "git config core.hooksPath .githooks")),
        _ => {}
    }
    findings
}

/// What a service that is made here has to have: a chart, values, an image in each environment.
fn of_service(root: &Path, config: &Config, service: &Service) -> Result<Vec<Finding>, Error> {
    let name = &service.name;
    let mut findings = Vec::new();
    for path in service.paths.iter().chain(&service.migrations) {
        if !root.join(path).exists() {
            findings.push(finding(
                format!("argosy.toml: the service {name} names {path}, which is not there"),
                "correct its paths",
            ));
        }
    }
    let folder = format!("services/{name}");
    if root.join("charts").is_dir() && service.paths.contains(&folder) {
        for (path, mend) in [
            (
                format!("charts/{name}/Chart.yaml"),
                "write a chart, as its neighbours have: docs/new-service.md",
            ),
            (format!("kustomize/values/{name}.yaml"), "write its values for the base, be it only {}"),
            (format!("kustomize/base/{name}/kustomization.yaml"), "argosy render"),
        ] {
            if !root.join(&path).exists() {
                findings.push(finding(format!("the service {name} has no {path}"), mend));
            }
        }
    }
    let base = root.join("kustomize/base/kustomization.yaml");
    let in_base = read(&base).is_some_and(|text| text.lines().any(|line| line.trim() == format!("- {name}")));
    let image = config.image(name);
    for environment in &config.environments {
        let overlay = config.overlay(&environment.name);
        let lines = kustomizations(&root.join(&overlay))?;
        let entry = lines.iter().find(|line| names(line, &image));
        match entry {
            None if in_base => findings.push(finding(
                format!("{overlay} has no line for {image}, and the base has the service {name}"),
                format!("add it under `images:`: {{name: {image}, digest: \"sha256:...\"}}"),
            )),
            Some(line) if !line.contains("sha256:") && line.contains('{') => findings.push(finding(
                format!("{overlay} names {image} without a digest: {}", line.trim()),
                format!("argosy image set {name}=sha256:... --env {} --commit <commit>", environment.name),
            )),
            _ => {}
        }
    }
    Ok(findings)
}

/// Whether a line of a kustomization names an image, and not one whose name only begins so.
fn names(line: &str, image: &str) -> bool {
    line.split_once("name: ").is_some_and(|(_, rest)| {
        rest.strip_prefix(image).is_some_and(|rest| {
            !rest.starts_with(|next: char| next.is_alphanumeric() || "-_/.".contains(next))
        })
    })
}

/// The lines of an overlay's kustomizations; an overlay that is not there is said elsewhere.
fn kustomizations(folder: &Path) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.map_err(Error::file(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("kustomization."))
            {
                lines.extend(read(&path).unwrap_or_default().lines().map(str::to_owned));
            }
        }
    }
    Ok(lines)
}

/// Folders of services and environments that `argosy.toml` does not name.
fn unnamed(root: &Path, config: &Config) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for environment in &config.environments {
        let overlay = config.overlay(&environment.name);
        if !root.join(&overlay).is_dir() {
            findings.push(finding(
                format!("the environment {} has no folder {overlay}", environment.name),
                "copy that of another: docs/gitops.md",
            ));
        }
    }
    let folders = [("services", "service"), (config.overlays.as_str(), "environment")];
    for (parent, what) in folders {
        let path = root.join(parent);
        let Ok(entries) = std::fs::read_dir(&path) else { continue };
        for entry in entries {
            let entry = entry.map_err(Error::file(&path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_known = match what {
                "service" => config.service(&name).is_ok(),
                _ => config.environment(&name).is_ok(),
            };
            if entry.path().is_dir() && !is_known {
                findings.push(finding(
                    format!("argosy.toml does not name {parent}/{name}: nothing delivers it"),
                    format!("add a [[{what}]] of that name"),
                ));
            }
        }
    }
    findings.sort_by(|one, other| one.what.cmp(&other.what));
    Ok(findings)
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// What Git answers, where it does.
async fn ask(root: &Path, question: &[&str]) -> Option<String> {
    let said = process::run(root, Path::new("git"), question, Duration::from_secs(20), "").await.ok()?;
    let answer = said.stdout.trim();
    (said.is_success && !answer.is_empty()).then(|| answer.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_not_another_whose_name_it_begins() {
        let line = "  - {name: r.example/api-gateway, digest: \"sha256:0\"}";
        assert!(names(line, "r.example/api-gateway"));
        assert!(!names(line, "r.example/api"));
        assert!(names("  - name: r.example/api", "r.example/api"));
    }
}
