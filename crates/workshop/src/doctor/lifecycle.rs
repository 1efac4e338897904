//! What has ended: `data/lifecycle.toml`, looked for in the files that say what runs.

use std::{collections::BTreeSet, path::Path};

use chrono::NaiveDate;
use regex::Regex;
use serde::Deserialize;

use super::{About, Finding};
use crate::{
    Error, listing,
    table::{date, pattern},
};

/// How old the table may be before it is said so.
const OLD: i64 = 180;
/// How long before its end a version is named.
const SOON: i64 = 60;
/// The files that say what runs.
const FILES: &[&str] = &["*.yaml", "*.yml", "*.hcl", "*.tf", "*Dockerfile", "*.Dockerfile"];

/// What has ended, and when what will.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    retired: Vec<Retired>,
    #[serde(rename = "product")]
    products: Vec<Product>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retired {
    name: String,
    #[serde(deserialize_with = "pattern")]
    pattern: Regex,
    #[serde(deserialize_with = "date")]
    since: NaiveDate,
    instead: String,
    source: String,
    #[serde(deserialize_with = "date")]
    checked: NaiveDate,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    name: String,
    #[serde(deserialize_with = "pattern")]
    pattern: Regex,
    source: String,
    versions: Vec<Ending>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    version: String,
    #[serde(deserialize_with = "date")]
    ends: NaiveDate,
    #[serde(deserialize_with = "date")]
    checked: NaiveDate,
}

impl Table {
    /// That of this program.
    pub(super) fn embedded() -> Self {
        Self::parse(include_str!("../../data/lifecycle.toml"))
            .expect("the file is part of the program, and a test reads it")
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// When its oldest line was checked.
    pub(super) fn checked(&self) -> NaiveDate {
        let versions =
            self.products.iter().flat_map(|product| &product.versions).map(|ending| ending.checked);
        versions.chain(self.retired.iter().map(|retired| retired.checked)).min().unwrap_or_default()
    }

    /// What of it a repository has.
    pub(super) async fn look(&self, root: &Path, today: NaiveDate) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        let age = (today - self.checked()).num_days();
        if age > OLD {
            findings.push(Finding::new(
                About::Lifecycle,
                format!(
                    "the table of what has ended is old: it was checked on {}, {age} days ago, and does not know what ended since",
                    self.checked()
                ),
                "take a newer argosy, or check crates/workshop/data/lifecycle.toml against its sources",
            ));
        }
        let mut seen = BTreeSet::new();
        for file in listing::files(root, FILES).await? {
            let Ok(text) = std::fs::read_to_string(root.join(&file)) else { continue };
            for (number, line) in text.lines().enumerate() {
                let code = line.split(" #").next().unwrap_or_default();
                if code.trim_start().starts_with('#') {
                    continue;
                }
                let place = format!("{file}:{}", number + 1);
                for finding in self.read(code, &place, today) {
                    if seen.insert(finding.what.clone()) {
                        findings.push(finding);
                    }
                }
            }
        }
        Ok(findings)
    }

    /// What has ended, or will soon, of what a line names.
    fn read(&self, line: &str, place: &str, today: NaiveDate) -> Vec<Finding> {
        let retired = self.retired.iter().filter(|retired| retired.pattern.is_match(line)).map(|retired| {
            let Retired { name, since, instead, source, .. } = retired;
            Finding::new(
                About::Lifecycle,
                format!("{place}: {name} is no more since {since} ({source})"),
                format!("take {instead}"),
            )
        });
        let ended = self.products.iter().flat_map(|product| {
            let versions = product.pattern.captures_iter(line).filter_map(|found| found.get(1));
            versions.filter_map(|version| product.ending(version.as_str(), place, today)).collect::<Vec<_>>()
        });
        retired.chain(ended).collect()
    }
}

impl Product {
    fn ending(&self, version: &str, place: &str, today: NaiveDate) -> Option<Finding> {
        let Self { name, source, versions, .. } = self;
        let ending = versions.iter().find(|ending| ending.version == version)?;
        let left = (ending.ends - today).num_days();
        let what = match left {
            ..0 => format!("has had no fixes since {}", ending.ends),
            0..=SOON => format!("has no fixes after {}, in {left} days", ending.ends),
            _ => return None,
        };
        let alive = versions
            .iter()
            .filter(|other| (other.ends - today).num_days() > SOON)
            .map(|other| &other.version);
        let alive: Vec<&str> = alive.map(String::as_str).collect();
        let mend = match alive.as_slice() {
            [] => format!("take a newer one: {source} names them"),
            alive => format!("take one of {}", alive.join(", ")),
        };
        Some(Finding::new(About::Lifecycle, format!("{place}: {name} {version} {what} ({source})"), mend))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn read(line: &str, today: &str) -> Vec<String> {
        Table::embedded().read(line, "x:1", day(today)).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn every_line_of_the_table_has_a_source() {
        let table = Table::embedded();
        assert!(table.retired.len() > 3 && table.products.len() > 4);
        let sources = table.products.iter().map(|product| &product.source);
        for source in sources.chain(table.retired.iter().map(|retired| &retired.source)) {
            assert!(source.starts_with("https://"), "{source}");
        }
        for product in &table.products {
            assert_eq!(product.pattern.captures_len(), 2, "{}: its pattern has one group", product.name);
            assert!(product.versions.is_sorted_by_key(|ending| ending.ends), "{}", product.name);
        }
    }

    #[test]
    fn what_has_ended_is_found_where_it_stands() {
        for (line, what) in [
            ("image: docker.io/bitnami/redis:7.2", "Bitnami's versioned images is no more since 2025-08-28"),
            ("helm repo add ingress-nginx https://x", "ingress-nginx is no more since 2026-03-24"),
            ("    image: postgres:14.2", "PostgreSQL 14 has had no fixes since 2026-11-12"),
            ("FROM node:20-bookworm-slim AS assets", "Node.js 20 has had no fixes since 2026-04-30"),
            ("FROM rust:1.95-bullseye", "Debian bullseye has had no fixes since 2026-08-31"),
            (
                "FROM gcr.io/distroless/cc-debian11:nonroot",
                "Debian of a distroless image 11 has had no fixes",
            ),
            ("  image: kindest/node:v1.34.2", "Kubernetes 1.34 has had no fixes since 2026-10-27"),
        ] {
            let found = read(line, "2026-11-22");
            assert_eq!(found.len(), 1, "{line}: {found:?}");
            assert!(found[0].starts_with(&format!("x:1: {what}")), "{line}: {found:?}");
        }
    }

    #[test]
    fn what_is_alive_is_not() {
        for line in [
            "image: postgres:17.6",
            "image: valkey/valkey:8.1.3",
            "FROM node:24-bookworm-slim",
            "name: bitnami",
        ] {
            assert!(read(line, "2026-11-22").is_empty(), "{line}");
        }
        // Nobody knows when a version ends that is not in the table.
        assert!(read("image: postgres:99", "2026-11-22").is_empty());
    }

    #[test]
    fn what_ends_soon_is_named_before() {
        assert!(read("image: postgres:15", "2027-09-01").is_empty());
        let soon = read("image: postgres:15", "2027-10-01");
        assert!(soon[0].contains("has no fixes after 2027-11-11, in 41 days"), "{soon:?}");
    }

    #[tokio::test]
    async fn a_table_that_is_old_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let git =
            std::process::Command::new("git").args(["init", "--quiet"]).current_dir(folder.path()).status();
        assert!(git.unwrap().success());
        let table = Table::embedded();
        let later = table.checked() + chrono::Days::new(181);
        let findings = table.look(folder.path(), later).await.unwrap();
        assert!(
            findings[0].what.contains("is old") && findings[0].what.contains("181 days ago"),
            "{findings:?}"
        );
        assert!(table.look(folder.path(), table.checked()).await.unwrap().is_empty());
    }
}
