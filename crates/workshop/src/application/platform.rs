//! The entry of an application at the platform: what Argo CD is told, in the repository that tells it.

use argosy_delivery::Delivery;

use crate::{
    Edit, Error, Plan, Step, Write,
    edit::{self, Place},
    service::Values,
    templates,
};

/// The files of an environment.
pub(super) fn files(
    folder: &str,
    values: &Values,
    environment: &str,
    repository: &str,
) -> Result<Vec<Write>, Error> {
    let more = [("environment", environment), ("repository", repository)];
    let pairs = [&values.pairs()[..], &more].concat();
    let files = templates::fill("platform", &pairs)?;
    Ok(files.into_iter().map(|(path, text)| Write::file(format!("{folder}/{path}"), text)).collect())
}

/// One commit in the platform's repository: an entry in every environment that both have.
pub(super) async fn plan(platform: &Delivery, values: &Values, repository: &str) -> Result<Plan, Error> {
    let (root, name) = (platform.repository().root(), values.application.as_str());
    let changed = platform.repository().changed_files(&["gitops"]).await?;
    if let Some(example) = changed.first() {
        return Err(Error::Dirty { count: changed.len(), example: example.clone() });
    }
    let mut plan = Plan::default();
    for environment in ["dev", "prod"] {
        let entry_point = format!("gitops/argocd/{environment}/kustomization.yaml");
        let path = root.join(&entry_point);
        if !path.is_file() {
            continue;
        }
        let folder = format!("gitops/applications/{name}/{environment}");
        if root.join(&folder).exists() {
            return Err(Error::Taken { name: name.to_owned(), place: folder });
        }
        let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        let entry = format!("../../applications/{name}/{environment}");
        let text = edit::add_to_list(&text, &[Place::Key("resources")], &entry)
            .map_err(|why| Error::Edit { file: entry_point.clone(), why, entry: entry.clone() })?;
        plan.edits.push(Edit { path: entry_point, entry, text });
        plan.writes.extend(files(&folder, values, environment, repository)?);
    }
    if plan.edits.is_empty() {
        let missing = format!("{} has no gitops/argocd/dev, nor gitops/argocd/prod", root.display());
        return Err(Error::OtherShape { missing });
    }
    let message = format!("Let Argo CD ship {name}");
    plan.steps = vec![
        Step::new(&["git", "add", "gitops"], "takes the entry"),
        Step::new(
            &["git", "commit", "--quiet", "--message", &message, "--", "gitops"],
            "commits it, for you to push",
        ),
    ];
    Ok(plan)
}
