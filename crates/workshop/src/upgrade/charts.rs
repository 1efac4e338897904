//! Charts that refuse a version of Kubernetes: `kubeVersion` of `Chart.yaml`, as Helm reads it.

use std::path::Path;

use saphyr::{LoadableYamlNode as _, Yaml};
use semver::VersionReq;

use super::{Loss, Minor, Subject, When};
use crate::{Error, listing};

/// The charts of a repository, and those of them that refuse a version.
pub(super) async fn look(root: &Path, kubernetes: Minor) -> Result<(Vec<String>, Vec<Loss>), Error> {
    let (mut charts, mut losses) = (Vec::new(), Vec::new());
    for file in listing::files(root, &["Chart.yaml", "*/Chart.yaml"]).await? {
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else { continue };
        let unreadable = |says: String| Error::Unreadable { file: file.clone(), says };
        let documents =
            Yaml::load_from_str(&text).map_err(|error| unreadable(format!("it is no YAML: {error}")))?;
        let get = |key: &str| documents.first()?.as_mapping_get(key)?.as_str().map(str::to_owned);
        let name = get("name").ok_or_else(|| unreadable("a chart has a name".into()))?;
        if let Some(range) = get("kubeVersion") {
            let allows = allows(&range, kubernetes)
                .ok_or_else(|| unreadable(format!("kubeVersion '{range}' is no range of versions")))?;
            if !allows {
                losses.push(Loss {
                    about: Subject::Chart,
                    when: When::Now,
                    environments: Vec::new(),
                    what: format!("the chart {name} is for Kubernetes {range}"),
                    mend: "try it on that version, and widen kubeVersion".into(),
                    source: None,
                    file,
                });
            }
        }
        charts.push(name);
    }
    charts.sort();
    Ok((charts, losses))
}

/// Whether a range of Helm's has a version; none where it cannot be understood.
fn allows(range: &str, kubernetes: Minor) -> Option<bool> {
    let version = kubernetes.newest_patch();
    let alternatives = range.split("||").map(|alternative| requirement(alternative.trim()));
    let alternatives: Option<Vec<VersionReq>> = alternatives.collect();
    Some(alternatives?.iter().any(|requirement| requirement.matches(&version)))
}

/// What holds all at once: comparisons with commas or blanks between them, or `1.30 - 1.36`.
fn requirement(text: &str) -> Option<VersionReq> {
    if let Some((least, most)) = text.split_once(" - ") {
        return VersionReq::parse(&format!(">={}, <={}", plain(least), plain(most))).ok();
    }
    let mut comparisons = Vec::new();
    let mut operator = String::new();
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        let begin = word.find(|letter: char| !"<>=~^".contains(letter)).unwrap_or(word.len());
        operator.push_str(&word[..begin]);
        let version = plain(&word[begin..]);
        if version.is_empty() {
            continue;
        }
        // A version alone is that one, and not, as Cargo has it, every compatible one.
        if operator.is_empty() && version != "*" {
            operator.push('=');
        }
        comparisons.push(format!("{}{version}", std::mem::take(&mut operator)));
    }
    VersionReq::parse(&comparisons.join(", ")).ok().filter(|_| operator.is_empty())
}

/// A version without what says no more, `v1.36.x` is 1.36, and with all numbers before a pre-release: `1.36-0` is 1.36.0-0.
fn plain(version: &str) -> String {
    let version = version.trim().trim_start_matches('v');
    let version = version.strip_suffix(".x").or_else(|| version.strip_suffix(".*")).unwrap_or(version);
    match version.split_once('-') {
        Some((numbers, before)) => {
            let missing = 2_usize.saturating_sub(numbers.matches('.').count());
            format!("{numbers}{}-{before}", ".0".repeat(missing))
        }
        None => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_helm_reads_them() {
        for (range, is_allowed) in [
            (">=1.33.0-0", true),
            (">= 1.33.0-0 < 1.36.0-0", false),
            (">=1.33.0-0, <1.37.0", true),
            (">=1.19.0-0 <1.22.0-0 || >=1.30-0", true),
            ("~1.35.0", false),
            ("^1.35", true),
            ("1.36", true),
            ("1.35", false),
            ("1.36.x", true),
            ("v1.36.*", true),
            ("1.30 - 1.35", false),
            ("1.30 - 1.36", true),
            ("*", true),
        ] {
            assert_eq!(allows(range, "1.36".parse().unwrap()), Some(is_allowed), "{range}");
        }
        for range in ["new", ">=", "!=1.36", ""] {
            assert!(
                allows(range, "1.36".parse().unwrap()).is_none_or(|allows| range.is_empty() && allows),
                "{range}"
            );
        }
    }
}
