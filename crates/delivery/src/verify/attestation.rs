//! The gates `sbom` and `provenance`: what BuildKit attests beside an image.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{Candidate, Outcome, Verdict, gates};
use crate::{
    Digest, Error,
    registry::{Manifest, Registries},
};

/// What a list of what is in an image is called: SPDX, CycloneDX.
const SBOM: [&str; 2] = ["https://spdx.dev/Document", "https://cyclonedx.org/bom"];
/// What a provenance is called, in each of its versions.
const PROVENANCE: &str = "https://slsa.dev/provenance/";
/// What BuildKit and SLSA call a commit in a provenance: of a Git context, a source or the work tree.
const COMMIT_KEYS: [&str; 3] = ["sha1", "gitCommit", "revision"];

/// A statement of in-toto (<https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    predicate_type: String,
    #[serde(default)]
    subject: Vec<Subject>,
    predicate: Value,
}

#[derive(Debug, Deserialize)]
struct Subject {
    digest: std::collections::BTreeMap<String, String>,
}

/// A statement, and the platform of the image that it is about.
struct Claim {
    platform: String,
    statement: Statement,
}

/// Whether each image has a list of what is in it.
pub(super) async fn sbom(registries: &Registries, candidate: &Candidate, manifest: &Manifest) -> Verdict {
    let claims = match claims(registries, candidate, manifest, |kind| SBOM.contains(&kind)).await {
        Ok(claims) => claims,
        Err(verdict) => return verdict,
    };
    let empty = claims.iter().find(|claim| packages(&claim.statement.predicate) == 0);
    if let Some(claim) = empty {
        return (Outcome::Fail, format!("the list of {} is empty", claim.platform));
    }
    let found: Vec<String> = claims
        .iter()
        .map(|claim| format!("{}: {} packages", claim.platform, packages(&claim.statement.predicate)))
        .collect();
    (Outcome::Pass, found.join(", "))
}

/// Whether each image's provenance names the source commit.
pub(super) async fn provenance(
    registries: &Registries,
    candidate: &Candidate,
    manifest: &Manifest,
) -> Verdict {
    let Some(source) = &candidate.source else { return gates::no_source(&candidate.digest) };
    let claims = match claims(registries, candidate, manifest, |kind| kind.starts_with(PROVENANCE)).await {
        Ok(claims) => claims,
        Err(verdict) => return verdict,
    };
    for Claim { platform, statement } in &claims {
        let mut commits = BTreeSet::new();
        collect(&statement.predicate, &mut commits);
        if !commits.contains(source.as_str()) {
            let named = match commits.len() {
                0 => "no commit".to_owned(),
                _ => commits.into_iter().collect::<Vec<_>>().join(", "),
            };
            return (Outcome::Fail, format!("the provenance of {platform} names {named}, not {source}"));
        }
    }
    let platforms: Vec<&str> = claims.iter().map(|claim| claim.platform.as_str()).collect();
    (Outcome::Pass, format!("that of {} names {source}", platforms.join(", ")))
}

/// The statements of a kind, one of each image of an index at least.
async fn claims(
    registries: &Registries,
    candidate: &Candidate,
    manifest: &Manifest,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Claim>, Verdict> {
    let images = manifest.attestations();
    if images.is_empty() {
        return Err((Outcome::Fail, "it is a single manifest, and BuildKit attests in an index".into()));
    }
    let wrong = |error: Error| gates::unknown(&error);
    let mut claims = Vec::new();
    for image in images {
        let count = claims.len();
        for attestation in &image.manifests {
            let manifest = registries.manifest(&candidate.image, attestation).await.map_err(wrong)?;
            for (_, blob) in manifest.claims().into_iter().filter(|(kind, _)| is_wanted(kind)) {
                let body = registries.blob(&candidate.image, blob).await.map_err(wrong)?;
                let statement = read(&body, &image.image).map_err(|reason| {
                    (Outcome::Fail, format!("the attestation {blob} of {} {reason}", image.platform))
                })?;
                if is_wanted(&statement.predicate_type) {
                    claims.push(Claim { platform: image.platform.clone(), statement });
                }
            }
        }
        if claims.len() == count {
            return Err((Outcome::Fail, format!("nothing of that kind is attested for {}", image.platform)));
        }
    }
    Ok(claims)
}

/// Reads a statement, which has to be about an image.
fn read(body: &[u8], image: &Digest) -> Result<Statement, String> {
    let statement: Statement =
        serde_json::from_slice(body).map_err(|error| format!("is no statement: {error}"))?;
    let is_about = |subject: &Subject| {
        subject.digest.get("sha256").map(String::as_str) == image.as_str().strip_prefix("sha256:")
    };
    if statement.subject.iter().any(is_about) { Ok(statement) } else { Err("is about another image".into()) }
}

/// How many packages a list has, as SPDX or as CycloneDX.
fn packages(list: &Value) -> usize {
    ["packages", "components"].iter().filter_map(|key| list.get(key)?.as_array()).map(Vec::len).sum()
}

/// The commits that a provenance names.
fn collect<'v>(value: &'v Value, commits: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if COMMIT_KEYS.contains(&key.as_str()) => {
                        commits.insert(text);
                    }
                    _ => collect(value, commits),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, commits)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn commits_are_found_where_each_version_has_them() {
        let predicate = json!({
            "metadata": {"https://mobyproject.org/buildkit@v1#metadata": {"vcs": {"revision": "a-dirty"}}},
            "materials": [{"uri": "pkg:docker/x", "digest": {"sha256": "b"}}, {"digest": {"sha1": "c"}}],
            "buildDefinition": {"resolvedDependencies": [{"digest": {"gitCommit": "d"}}]},
        });
        let mut commits = BTreeSet::new();
        collect(&predicate, &mut commits);
        assert_eq!(commits.into_iter().collect::<Vec<_>>(), ["a-dirty", "c", "d"]);
    }

    #[test]
    fn a_statement_is_about_the_image() {
        let digest: Digest = format!("sha256:{}", "1".repeat(64)).parse().unwrap();
        let statement = |hex: &str| {
            json!({"predicateType": "x", "subject": [{"name": "_", "digest": {"sha256": hex}}], "predicate": {}}).to_string()
        };
        assert!(read(statement(&"1".repeat(64)).as_bytes(), &digest).is_ok());
        assert_eq!(read(statement("2").as_bytes(), &digest).unwrap_err(), "is about another image");
        assert!(read(b"{}", &digest).unwrap_err().starts_with("is no statement"));
    }
}
