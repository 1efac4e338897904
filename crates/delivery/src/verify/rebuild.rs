//! The gate `rebuild`: whether somebody built the source commit again and got the digest again.
//!
//! The record is a file of digests by service, which a pipeline has just made, or else a note of Git's upon the source commit,
//! `refs/notes/rebuilt`, with a line `Rebuilt: api=sha256:...` for each.

use std::{collections::BTreeMap, path::Path};

use super::{Candidate, Outcome, Verdict, gates};
use crate::{Digest, Error, PeerError, Repository};

/// Where such notes are.
const NOTES: &str = "refs/notes/rebuilt";
/// What such a line begins with.
const KEY: &str = "Rebuilt:";

/// Reads a file of digests: `{"api": "sha256:..."}`.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Digest>, Error> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|error| {
        let reason = format!("it has to be digests by service, {{\"api\": \"sha256:...\"}}: {error}");
        PeerError::Unreadable { who: path.display().to_string(), reason }.into()
    })
}

/// Compares.
pub(super) async fn judge(
    repository: &Repository,
    rebuilt: Option<&BTreeMap<String, Digest>>,
    candidate: &Candidate,
) -> Result<Verdict, Error> {
    let Candidate { service, digest, .. } = candidate;
    if let Some(rebuilt) = rebuilt {
        return Ok(match rebuilt.get(service.as_str()) {
            Some(again) => compare(std::slice::from_ref(again), digest, "the file"),
            None => (Outcome::Absent, format!("the file has no digest of {service}")),
        });
    }
    let Some(source) = &candidate.source else { return Ok(gates::no_source(digest)) };
    let note = repository.note(NOTES, source).await?.unwrap_or_default();
    let digests: Vec<Digest> = note
        .lines()
        .filter_map(|line| line.strip_prefix(KEY)?.trim().split_once('='))
        .filter(|(name, _)| *name == service.as_str())
        .filter_map(|(_, digest)| digest.parse().ok())
        .collect();
    if digests.is_empty() {
        return Ok((Outcome::Absent, format!("nobody has noted a rebuild of {} in {NOTES}", source.short())));
    }
    Ok(compare(&digests, digest, NOTES))
}

/// Every rebuild has to have given the same.
fn compare(rebuilt: &[Digest], digest: &Digest, place: &str) -> Verdict {
    match rebuilt.iter().find(|again| *again != digest) {
        None => (Outcome::Pass, format!("{place} has the same digest")),
        Some(other) => (Outcome::Fail, format!("{place} has {other}")),
    }
}
