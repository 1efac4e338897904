//! A new service's entry in each list that names services.

use argosy_delivery::{Digest, EnvironmentName};

use super::Values;
use crate::{
    Edit, Error, Shape,
    edit::{self, Lack, Place},
};

/// The list of certificates that cert-manager makes.
pub(super) const CERTIFICATES: &str = "kustomize/components/tls-self-signed/kustomization.yaml";
/// What makes certificates where there is no cert-manager, and what it may write.
const SECRETS_JOB: &str = "kustomize/components/secrets-local/job.yaml";
const SECRETS_ROLE: &str = "kustomize/components/secrets-local/role.yaml";

/// All of them.
pub(super) fn edits(shape: &Shape, values: &Values) -> Result<Vec<Edit>, Error> {
    let name = values.name.as_str();
    let folder = format!("services/{name}");
    let mut edits = Vec::new();

    let paths = paths(shape, &folder);
    let entry = format!("[[service]] {name}");
    edits.push(edit(shape, "argosy.toml", &entry, |text| edit::add_service(text, name, &paths))?);
    edits.push(edit(shape, "docker/bake.hcl", &folder, |text| {
        edit::add_image(text, name, &folder, &values.title)
    })?);
    edits.push(item(shape, "kustomize/base/kustomization.yaml", &[Place::Key("resources")], name)?);
    for environment in &shape.config().environments {
        let image = format!("{{name: {}, digest: \"{}\"}}", values.image, Digest::PLACEHOLDER);
        edits.push(item(shape, &images_of(shape, &environment.name)?, &[Place::Key("images")], &image)?);
    }
    if shape.has(CERTIFICATES) {
        edits.push(item(shape, CERTIFICATES, &[Place::Key("resources")], &format!("{name}.yaml"))?);
    }
    if shape.has(SECRETS_JOB) && shape.has(SECRETS_ROLE) {
        let arguments = ["spec", "template", "spec", "containers"].map(Place::Key);
        let arguments = [&arguments[..], &[Place::Item(0), Place::Key("args")]].concat();
        edits.push(item(shape, SECRETS_JOB, &arguments, &format!("--service={name}"))?);
        let secret = format!("{name}-tls");
        edits.push(edit(shape, SECRETS_ROLE, &secret, |text| {
            // The rule that has names.
            (0..8)
                .map(|rule| [Place::Key("rules"), Place::Item(rule), Place::Key("resourceNames")])
                .find_map(|path| edit::add_to_list(text, &path, &secret).ok())
                .ok_or_else(|| "no rule has `resourceNames`".into())
        })?);
    }
    if !shape.takes_services() {
        let lack = "its workspace has no member `services/*`".to_owned();
        return Err(Error::Edit { file: "Cargo.toml".into(), why: lack, entry: "\"services/*\"".into() });
    }
    if let Some(text) =
        shape.read("README.md").ok().and_then(|text| edit::add_row(&text, name, &values.description))
    {
        edits.push(Edit { path: "README.md".into(), entry: format!("a row for {folder}"), text });
    }
    Ok(edits)
}

/// What of the repository changes the image: what there is of it.
fn paths(shape: &Shape, folder: &str) -> Vec<String> {
    let shared = ["crates/problem", "crates/runtime", "Cargo.lock", "Cargo.toml", "docker"];
    let shared = shared.into_iter().filter(|path| shape.has(path)).map(str::to_owned);
    std::iter::once(folder.to_owned()).chain(shared).collect()
}

/// The file of an overlay that names its services' images: the one that names most.
fn images_of(shape: &Shape, environment: &EnvironmentName) -> Result<String, Error> {
    let overlay = shape.config().overlay(environment);
    let image = format!("name: {}/", shape.config().registry);
    let mut best = (0, None);
    for file in shape.files(&overlay)? {
        let count =
            if file.ends_with("kustomization.yaml") { shape.read(&file)?.matches(&image).count() } else { 0 };
        if count > best.0 {
            best = (count, Some(file));
        }
    }
    let missing = format!("no kustomization of {overlay} names an image of {}", shape.config().registry);
    best.1.ok_or(Error::OtherShape { missing })
}

fn item(shape: &Shape, path: &str, place: &[Place<'_>], item: &str) -> Result<Edit, Error> {
    edit(shape, path, item, |text| edit::add_to_list(text, place, item))
}

fn edit(
    shape: &Shape,
    path: &str,
    entry: &str,
    change: impl FnOnce(&str) -> Result<String, Lack>,
) -> Result<Edit, Error> {
    let text = change(&shape.read(path)?).map_err(|why| Error::Edit {
        file: path.to_owned(),
        why,
        entry: entry.to_owned(),
    })?;
    Ok(Edit { path: path.to_owned(), entry: entry.to_owned(), text })
}
