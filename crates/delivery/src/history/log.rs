//! One `git log` over the overlays, along first parents, with the lines that changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::patch::{self, Patch};
use crate::{
    CommitId, Config, EnvironmentName, Error, Repository,
    git::one_a_line,
    overlay::{Image, entries::Entries, is_kustomization},
    trailers::Trailers,
};

/// A commit as the log has it.
#[derive(Debug)]
pub(super) struct Logged {
    pub(super) id: CommitId,
    pub(super) at: DateTime<Utc>,
    pub(super) author: String,
    pub(super) is_merge: bool,
    pub(super) subject: String,
    pub(super) trailers: Trailers,
    /// Images by their names in the overlay; none where an entry is gone.
    pub(super) images: BTreeMap<(EnvironmentName, String), Option<Image>>,
    pub(super) files: BTreeMap<EnvironmentName, Vec<String>>,
}

/// A NUL before, between and after; what follows the last is the patch.
const FORMAT: &str = concat!(
    "--format=%x00%H%x00%P%x00%ct%x00%an%x00%s%x00",
    "%(trailers:only,unfold,separator=%x1e,key_value_separator=%x1f)%x00"
);
const FIELDS: usize = 7;

/// The user's configuration must not change what is parsed.
pub(super) const GIT_LOG: [&str; 11] = [
    "-c",
    "core.quotePath=false",
    "-c",
    "diff.noprefix=false",
    "-c",
    "trailer.separators=:",
    "log",
    "--first-parent",
    "--no-show-signature",
    "--no-renames",
    FORMAT,
];

/// The same for what a commit changed.
const PLAIN: [&str; 10] = [
    "--patch",
    "--diff-merges=first-parent",
    "--unified=3",
    "--full-index",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--ignore-submodules=all",
];

impl Logged {
    /// Notes what an image became. An entry that moved from one file to another is gone here and new there: that counts.
    fn add(&mut self, environment: &EnvironmentName, name: String, image: Option<Image>) {
        let place = self.images.entry((environment.clone(), name)).or_default();
        *place = image.or_else(|| place.take());
    }
}

/// Reads the commits that changed a folder, oldest first, with what each changed there.
pub(super) async fn read(
    repository: &Repository,
    config: &Config,
    head: &CommitId,
    folder: &str,
) -> Result<Vec<Logged>, Error> {
    let output =
        repository.read(GIT_LOG.into_iter().chain(PLAIN).chain([head.as_str(), "--", folder])).await?;
    let mut logged = with_patches(repository, config, &String::from_utf8_lossy(&output)).await?;
    logged.reverse();
    Ok(logged)
}

/// Reads these commits, in this order, with what each changed in a folder.
pub(super) async fn read_some<'i>(
    repository: &Repository,
    config: &Config,
    ids: impl Iterator<Item = &'i str>,
    folder: &str,
) -> Result<Vec<Logged>, Error> {
    let arguments = GIT_LOG.into_iter().chain(PLAIN).chain(["--no-walk=unsorted", "--stdin", "--", folder]);
    let output = repository.read_with_input(arguments, one_a_line(ids)).await?;
    with_patches(repository, config, &String::from_utf8_lossy(&output)).await
}

/// The commits of a log in [`FORMAT`], each with what is behind it.
pub(super) fn commits(text: &str) -> Result<Vec<(Logged, &str)>, Error> {
    let mut fields = text.split('\0').skip(1);
    let mut commits = Vec::new();
    while let Some(id) = fields.next() {
        let rest: Vec<&str> = fields.by_ref().take(FIELDS - 1).collect();
        let [parents, at, author, subject, trailers, behind] = rest[..] else { break };
        let commit = Logged {
            id: id.parse()?,
            at: at.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_default(),
            author: author.to_owned(),
            is_merge: parents.contains(' '),
            subject: subject.to_owned(),
            trailers: Trailers::parse(trailers, '\x1e', '\x1f'),
            images: BTreeMap::new(),
            files: BTreeMap::new(),
        };
        commits.push((commit, behind));
    }
    Ok(commits)
}

async fn with_patches(repository: &Repository, config: &Config, text: &str) -> Result<Vec<Logged>, Error> {
    let mut logged = Vec::new();
    // Files whose changed lines alone do not say what an entry is.
    let mut in_full: Vec<(usize, EnvironmentName, Patch<'_>)> = Vec::new();
    for (mut commit, patch) in commits(text)? {
        for file in patch::files(patch) {
            let Some(environment) = environment_of(config, file.path) else { continue };
            commit.files.entry(environment.clone()).or_default().push(file.path.to_owned());
            if !is_kustomization(file.path) {
                continue;
            }
            match patch::images(&file) {
                Some(images) => {
                    for (name, image) in images {
                        commit.add(&environment, name, image);
                    }
                }
                None => in_full.push((logged.len(), environment, file)),
            }
        }
        logged.push(commit);
    }
    read_in_full(repository, &mut logged, &in_full).await?;
    Ok(logged)
}

/// Compares whole files where lines alone do not tell.
async fn read_in_full(
    repository: &Repository,
    logged: &mut [Logged],
    files: &[(usize, EnvironmentName, Patch<'_>)],
) -> Result<(), Error> {
    let ids: Vec<&str> = files.iter().flat_map(|(_, _, file)| [file.before, file.after]).collect();
    let blobs = repository.blobs(&ids).await?;
    for ((index, environment, file), texts) in files.iter().zip(blobs.chunks_exact(2)) {
        // What cannot be parsed was not applied either, so nothing changed by it.
        let Ok(after) = Entries::parse(file.path, &texts[1]) else { continue };
        let before = Entries::parse(file.path, &texts[0]).unwrap_or_default();
        let named = |entries: &Entries| -> BTreeMap<String, Image> {
            entries.iter().map(|entry| (entry.name.clone(), entry.image())).collect()
        };
        let (mut before, after) = (named(&before), named(&after));
        for (name, image) in after {
            if before.remove(&name).as_ref() != Some(&image) {
                logged[*index].add(environment, name, Some(image));
            }
        }
        for name in before.into_keys() {
            logged[*index].add(environment, name, None);
        }
    }
    Ok(())
}

/// The environment whose overlay a file is in.
pub(super) fn environment_of(config: &Config, path: &str) -> Option<EnvironmentName> {
    let inside = path.strip_prefix(config.overlays.as_str())?.strip_prefix('/')?;
    let (folder, _) = inside.split_once('/')?;
    config.environment(folder).ok().map(|environment| environment.name.clone())
}
