//! The history of all environments, without reading what each of ten thousand commits changed.
//!
//! A commit that says of one environment what its services run from now on and ran before, and changes one kustomization of it, is
//! believed as long as all fits together: what it says was there before was there, and what comes out at the end is what the branch
//! has. Every other commit is read as [`super::log`] reads it; and where something does not fit, so are all.

use std::collections::HashMap;

use super::log::{self, GIT_LOG, Logged};
use crate::{
    CommitId, Config, Digest, EnvironmentName, Error, Repository,
    overlay::{Image, entries::Entries, is_kustomization},
    trailers::key,
};

/// What each image is, by environment and name.
type Present = HashMap<(EnvironmentName, String), Image>;

/// Reads the commits that changed an overlay, oldest first.
pub(super) async fn read(
    repository: &Repository,
    config: &Config,
    head: &CommitId,
) -> Result<Vec<Logged>, Error> {
    let options =
        ["--raw", "--no-abbrev", "--diff-merges=first-parent", head.as_str(), "--", &config.overlays];
    let output = repository.read(GIT_LOG.into_iter().chain(options)).await?;
    let text = String::from_utf8_lossy(&output);
    let commits = log::commits(&text)?;
    let mut logged: Vec<Option<Logged>> = Vec::with_capacity(commits.len());
    let mut others = Vec::new();
    for (commit, raw) in commits {
        let id = commit.id.clone();
        let believed = believe(config, commit, raw);
        if believed.is_none() {
            others.push(id);
        }
        logged.push(believed);
    }
    let mut others =
        log::read_some(repository, config, others.iter().map(CommitId::as_str), &config.overlays)
            .await?
            .into_iter();
    let mut logged: Vec<Logged> =
        logged.into_iter().filter_map(|commit| commit.or_else(|| others.next())).collect();
    logged.reverse();
    if others.next().is_none()
        && let Some(present) = replay(&mut logged, config)
        && fits(repository, config, head, &present).await?
    {
        return Ok(logged);
    }
    log::read(repository, config, head, &config.overlays).await
}

/// What a commit says it did, if it says it all.
fn believe(config: &Config, mut commit: Logged, raw: &str) -> Option<Logged> {
    let mut lines = raw.lines().filter(|line| line.starts_with(':'));
    let (about, path) = lines.next()?.split_once('\t')?;
    if lines.next().is_some() || !about.ends_with(" M") || !is_kustomization(path) || commit.is_merge {
        return None;
    }
    let environment = log::environment_of(config, path)?;
    let trailers = &commit.trailers;
    // Where it is pulled from is nothing that trailers tell.
    if trailers.get(key::ENVIRONMENT) != Some(environment.as_str()) || trailers.get(key::REGISTRY).is_some() {
        return None;
    }
    let delivered = trailers.delivered();
    for one in &delivered {
        let digest: Digest = one.digest?.parse().ok()?;
        one.replaces?;
        let name = config.image(config.service(one.service).ok().map(|service| &service.name)?);
        let image = Image { digest: Some(digest), tag: None, new_name: None };
        commit.images.insert((environment.clone(), name), Some(image));
    }
    commit.files.insert(environment, vec![path.to_owned()]);
    (!delivered.is_empty()).then_some(commit)
}

/// What comes out at the end, if what each commit says was there before was there.
fn replay(logged: &mut [Logged], config: &Config) -> Option<Present> {
    let mut present = Present::new();
    for commit in logged {
        let delivered = commit.trailers.delivered();
        for (place, image) in &mut commit.images {
            let before = present.get(place);
            let says = delivered.iter().find(|one| place.1 == format!("{}/{}", config.registry, one.service));
            if let (Some(says), Some(image)) = (says.and_then(|one| one.replaces), image.as_mut()) {
                if before.and_then(|image| image.digest.as_ref()).map(Digest::as_str) != Some(says) {
                    return None;
                }
                if image.new_name.is_none() {
                    image.new_name = before.and_then(|image| image.new_name.clone());
                }
            }
            match image {
                Some(image) => drop(present.insert(place.clone(), image.clone())),
                None => drop(present.remove(place)),
            }
        }
    }
    Some(present)
}

/// Whether the branch has what came out.
async fn fits(
    repository: &Repository,
    config: &Config,
    head: &CommitId,
    present: &Present,
) -> Result<bool, Error> {
    let mut files = repository.files(head, &[&config.overlays]).await?;
    files.retain(|file| is_kustomization(&file.path));
    let ids: Vec<&str> = files.iter().map(|file| file.blob.as_str()).collect();
    let texts = repository.blobs(&ids).await?;
    let mut found = Present::new();
    for (file, text) in files.iter().zip(texts) {
        let Some(environment) = log::environment_of(config, &file.path) else { continue };
        let Ok(entries) = Entries::parse(&file.path, &text) else { return Ok(false) };
        for entry in entries.iter() {
            found.insert((environment.clone(), entry.name.clone()), entry.image());
        }
    }
    Ok(&found == present)
}
