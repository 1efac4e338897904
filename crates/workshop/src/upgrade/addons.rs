//! Add-ons, where the repository names their version: whether that is known to work with a version of Kubernetes.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    Loss, Minor, Subject, When,
    table::{Addon, Table},
};
use crate::{Error, listing};

/// Where versions of add-ons are named.
const PATTERNS: &[&str] = &["gitops/*", "terraform/*", "kustomize/*", "charts/*.yaml", "scripts/*"];

/// The add-ons that a repository names a version of, and those of them that are not known to work with this version of Kubernetes. Without
/// an object of their API group, of those that there are, they are not asked for.
pub(super) async fn look(
    table: &Table,
    root: &Path,
    groups: &BTreeSet<&str>,
    kubernetes: Minor,
) -> Result<(Vec<String>, Vec<Loss>), Error> {
    let mut places: BTreeMap<(usize, String), String> = BTreeMap::new();
    for file in listing::files(root, PATTERNS).await? {
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else { continue };
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'))
        {
            for (index, addon) in table.addons.iter().enumerate().filter(|(_, addon)| addon.is_needed(groups))
            {
                for version in addon.pattern.captures_iter(line).filter_map(|found| found.get(1)) {
                    let place = || format!("{file}:{}", number + 1);
                    places.entry((index, version.as_str().to_owned())).or_insert_with(place);
                }
            }
        }
    }
    let mut names = Vec::new();
    let mut losses = Vec::new();
    for ((index, version), place) in places {
        let addon = &table.addons[index];
        names.push(format!("{} {version}", addon.name));
        losses.extend(addon.loss(&version, place, kubernetes));
    }
    Ok((names, losses))
}

impl Addon {
    fn is_needed(&self, groups: &BTreeSet<&str>) -> bool {
        let Some(wanted) = &self.group else { return true };
        groups.iter().any(|group| {
            group.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    fn loss(&self, version: &str, file: String, kubernetes: Minor) -> Option<Loss> {
        let Self { name, source, versions, .. } = self;
        let known = versions.iter().find(|support| support.version == version);
        let what = match known {
            Some(support) if support.covers(kubernetes) => return None,
            Some(support) => {
                let range = match support.to {
                    Some(to) if to == support.from => format!("{to}"),
                    Some(to) => format!("{} to {to}", support.from),
                    None => format!("{} and later", support.from),
                };
                format!("{name} {version} is known to work with Kubernetes {range}")
            }
            None => format!("{name} {version} is not in the table: nothing is known of it"),
        };
        let able = versions.iter().filter(|support| support.covers(kubernetes));
        let able: Vec<&str> = able.map(|support| support.version.as_str()).collect();
        Some(Loss {
            about: Subject::Addon,
            when: When::Now,
            environments: Vec::new(),
            file,
            what,
            mend: match able.as_slice() {
                [] => format!("none in the table is: {source} names newer ones, or try it and add a line"),
                able => format!("take {}, before the cluster", able.join(" or ")),
            },
            source: Some(source.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a line in a file of a repository, for 1.36.
    async fn said(line: &str, groups: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let git =
            std::process::Command::new("git").args(["init", "--quiet"]).current_dir(folder.path()).status();
        assert!(git.unwrap().success());
        std::fs::create_dir(folder.path().join("gitops")).unwrap();
        std::fs::write(folder.path().join("gitops/install.yaml"), format!("# {line}\n{line}\n")).unwrap();
        let groups = groups.iter().copied().collect();
        let (_, losses) =
            look(&Table::embedded(), folder.path(), &groups, "1.36".parse().unwrap()).await.unwrap();
        losses.into_iter().map(|loss| format!("{}: {} -> {}", loss.file, loss.what, loss.mend)).collect()
    }

    #[tokio::test]
    async fn an_addon_that_is_too_old_is_named_where_it_stands() {
        let argocd =
            "- https://raw.githubusercontent.com/argoproj/argo-cd/v3.4.1/manifests/core-install.yaml";
        assert_eq!(
            said(argocd, &[]).await,
            [
                "gitops/install.yaml:2: Argo CD 3.4 is known to work with Kubernetes 1.32 to 1.35 -> take 3.5 or 3.6, before the cluster"
            ]
        );
        assert!(said(&argocd.replace("v3.4.1", "v3.5.7"), &[]).await.is_empty());
        let new = said(&argocd.replace("v3.4.1", "v9.0.0"), &[]).await;
        assert!(new[0].contains("Argo CD 9.0 is not in the table"), "{new:?}");
    }

    #[tokio::test]
    async fn an_addon_without_objects_is_not_asked_for() {
        let line = "custom github.com/cert-manager/cert-manager@v1.20.2 h1:x";
        assert!(said(line, &["apps", "notcert-manager.io"]).await.is_empty());
        assert_eq!(said(line, &["cert-manager.io"]).await.len(), 1);
        assert_eq!(said(line, &["acme.cert-manager.io"]).await.len(), 1);
        let secrets = said("external-secrets/external-secrets@v1.3.2", &["external-secrets.io"]).await;
        assert!(secrets[0].contains("Kubernetes 1.34 -> none in the table is"), "{secrets:?}");
    }
}
