//! The objects that clusters are given, each with the file that has it.

use std::path::Path;

use argosy_delivery::EnvironmentName;
use saphyr::{LoadableYamlNode as _, Yaml};

use crate::{Error, listing, render::kustomize};

/// What Kustomize notes at an object: where it is from.
const ORIGIN: &str = "config.kubernetes.io/origin";
/// What reconcilers are given besides environments.
const RECONCILERS: &[&str] = &["gitops/*.yaml"];
/// Files of Kustomize itself are no objects.
const KUSTOMIZE: &str = "kustomize.config.k8s.io/";

/// An object, as far as an upgrade is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    /// With its namespace, if it has one.
    pub(super) name: String,
    pub(super) file: String,
    /// The environments that have it; none where it is no environment's.
    pub(super) environments: Vec<EnvironmentName>,
}

impl Object {
    /// Its API group; that of the core has no name.
    pub(super) fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// What a document of YAML is, if it is an object.
    fn of(document: &Yaml<'_>, file: &str) -> Option<Self> {
        let text = |yaml: &Yaml<'_>, key: &str| yaml.as_mapping_get(key)?.as_str().map(str::to_owned);
        let metadata = document.as_mapping_get("metadata")?;
        let name = text(metadata, "name")?;
        let annotations = metadata.as_mapping_get("annotations");
        let origin = annotations.and_then(|annotations| text(annotations, ORIGIN));
        Some(Self {
            api_version: text(document, "apiVersion")?,
            kind: text(document, "kind")?,
            name: match text(metadata, "namespace") {
                Some(namespace) => format!("{namespace}/{name}"),
                None => name,
            },
            file: origin.and_then(|origin| path(&origin)).unwrap_or_else(|| file.to_owned()),
            environments: Vec::new(),
        })
    }
}

/// The objects of an environment, added to those that are known.
pub(super) async fn of_environment(
    root: &Path,
    overlay: &str,
    name: &EnvironmentName,
    known: &mut Vec<Object>,
) -> Result<(), Error> {
    // Kustomize notes origins for a kustomization that asks for it, which no environment's has to.
    let target = root.join("target");
    std::fs::create_dir_all(&target).map_err(Error::file(&target))?;
    let folder =
        tempfile::Builder::new().prefix("upgrade-").tempdir_in(&target).map_err(Error::file(&target))?;
    let file = folder.path().join("kustomization.yaml");
    let text = format!("resources: [../../{overlay}]\nbuildMetadata: [originAnnotations]\n");
    std::fs::write(&file, text).map_err(Error::file(&file))?;
    let yaml = kustomize(root, &folder.path().to_string_lossy()).await?;
    for mut object in read(&yaml, overlay)? {
        let of_same = |other: &&mut Object| Object { environments: Vec::new(), ..(*other).clone() } == object;
        match known.iter_mut().find(of_same) {
            Some(other) => other.environments.push(name.clone()),
            None => {
                object.environments.push(name.clone());
                known.push(object);
            }
        }
    }
    Ok(())
}

/// What reconcilers are given besides, as it stands in files, added to what is known.
pub(super) async fn of_reconcilers(root: &Path, known: &mut Vec<Object>) -> Result<(), Error> {
    for file in listing::files(root, RECONCILERS).await? {
        let path = root.join(&file);
        // One that is deleted and not committed yet is listed, too.
        if let Ok(text) = std::fs::read_to_string(&path) {
            let objects = read(&text, &file)?.into_iter();
            known.extend(objects.filter(|object| !object.api_version.starts_with(KUSTOMIZE)));
        }
    }
    Ok(())
}

fn read(yaml: &str, file: &str) -> Result<Vec<Object>, Error> {
    let documents = Yaml::load_from_str(yaml).map_err(|error| Error::Unreadable {
        file: file.to_owned(),
        says: format!("it is no YAML: {error}"),
    })?;
    Ok(documents.iter().filter_map(|document| Object::of(document, file)).collect())
}

/// The file that Kustomize names, from the repository's root: that of the object, or of what generates it.
fn path(origin: &str) -> Option<String> {
    let named = |key: &str| origin.lines().find_map(|line| line.strip_prefix(key));
    let path = named("path: ").or_else(|| named("configuredIn: "))?;
    let path = path.trim_start_matches("../");
    Some(match named("repo: ") {
        Some(repository) => format!("{repository} {path}"),
        None => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_from_the_file_that_kustomize_names() {
        let yaml = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\n  namespace: n\n  annotations:\n    config.kubernetes.io/origin: |\n      path: ../../kustomize/base/job.yaml\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n";
        let objects = read(yaml, "here.yaml").unwrap();
        let found: Vec<_> =
            objects.iter().map(|one| (one.name.as_str(), one.file.as_str(), one.group())).collect();
        assert_eq!(found, [("n/a", "kustomize/base/job.yaml", "batch"), ("b", "here.yaml", "")]);
    }

    #[test]
    fn what_is_generated_is_from_where_it_is_configured() {
        let origin = "configuredIn: ../../kustomize/base/kustomization.yaml\nconfiguredBy:\n  kind: ConfigMapGenerator\n";
        assert_eq!(path(origin).unwrap(), "kustomize/base/kustomization.yaml");
        assert_eq!(path("path: a.yaml\nrepo: https://r.example/x\n").unwrap(), "https://r.example/x a.yaml");
        assert!(read("{", "x.yaml").unwrap_err().to_string().contains("x.yaml"));
    }
}
