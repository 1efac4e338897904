//! `data/kubernetes.toml`: the versions that there are, and what each takes away.

use chrono::NaiveDate;
use regex::Regex;
use serde::Deserialize;

use super::{Minor, Notice};
use crate::{
    Error,
    table::{date, pattern},
};

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    source: String,
    releases: Vec<Release>,
    #[serde(rename = "notice")]
    notices: Vec<NoticeLine>,
    #[serde(rename = "addon")]
    pub(super) addons: Vec<Addon>,
    #[serde(rename = "api")]
    pub(super) apis: Vec<Api>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    version: Minor,
    #[serde(deserialize_with = "date")]
    released: NaiveDate,
    #[serde(deserialize_with = "date")]
    checked: NaiveDate,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeLine {
    version: Minor,
    what: String,
    source: String,
    #[serde(deserialize_with = "date")]
    checked: NaiveDate,
}

/// A version of the API, with the kinds that go at the same time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Api {
    pub(super) version: String,
    pub(super) kinds: Vec<String>,
    pub(super) deprecated: Minor,
    pub(super) removed: Option<Minor>,
    pub(super) instead: Option<String>,
    pub(super) source: String,
    #[serde(deserialize_with = "date")]
    checked: NaiveDate,
}

/// Something that runs in the cluster beside the services.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addon {
    pub(super) name: String,
    /// The API group without whose objects nobody needs it.
    pub(super) group: Option<String>,
    #[serde(deserialize_with = "pattern")]
    pub(super) pattern: Regex,
    pub(super) source: String,
    pub(super) versions: Vec<Support>,
}

/// Which versions of Kubernetes a version of an add-on is known to work with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Support {
    pub(super) version: String,
    pub(super) from: Minor,
    pub(super) to: Option<Minor>,
    #[serde(deserialize_with = "date")]
    checked: NaiveDate,
}

impl Support {
    /// Whether a version of Kubernetes is among them.
    pub(super) fn covers(&self, kubernetes: Minor) -> bool {
        kubernetes >= self.from && self.to.is_none_or(|to| kubernetes <= to)
    }
}

impl Table {
    /// That of this program.
    pub(super) fn embedded() -> Self {
        toml::from_str(include_str!("../../data/kubernetes.toml"))
            .expect("the file is part of the program, and a test reads it")
    }

    /// When its oldest line was checked.
    pub(super) fn checked(&self) -> NaiveDate {
        let dates = self.releases.iter().map(|release| release.checked);
        let dates = dates.chain(self.apis.iter().map(|api| api.checked));
        let dates = dates.chain(self.notices.iter().map(|notice| notice.checked));
        let supports = self.addons.iter().flat_map(|addon| &addon.versions);
        dates.chain(supports.map(|support| support.checked)).min().unwrap_or_default()
    }

    /// The versions of a step, if it is one that can be taken.
    pub(super) fn step(&self, to: &str, from: Option<&str>) -> Result<(Minor, Option<Minor>), Error> {
        let to = self.known(to)?;
        let Some(from) = from else { return Ok((to, None)) };
        let from = self.known(from)?;
        let refuse = |why: String| Err(Error::Kubernetes { why });
        if to <= from {
            return refuse(format!(
                "from Kubernetes {from} to {to} is no upgrade: give --from the version that runs"
            ));
        }
        if to > from.next() {
            let next = from.next();
            return refuse(format!(
                "from Kubernetes {from} to {to} steps over {next}: a control plane goes one minor version at a time. Go to {next} first: argosy doctor --from {from} --kubernetes {next}"
            ));
        }
        Ok((to, Some(from)))
    }

    fn known(&self, text: &str) -> Result<Minor, Error> {
        let refuse = |why: &str| {
            let known = |release: Option<&Release>| {
                release.map(|one| format!("{} (of {})", one.version, one.released)).unwrap_or_default()
            };
            Error::Kubernetes {
                why: format!(
                    "'{text}' is no version of Kubernetes that can be looked for: {why}. The table has {} to {}, as of {}; {} names newer ones, for which a newer argosy is needed",
                    known(self.releases.first()),
                    known(self.releases.last()),
                    self.checked(),
                    self.source
                ),
            }
        };
        let version: Minor = text.parse().map_err(refuse)?;
        if self.releases.iter().all(|release| release.version != version) {
            return Err(refuse("there is none, or the table does not know it"));
        }
        Ok(version)
    }

    /// What the versions of a step ask for besides.
    pub(super) fn notices(&self, to: Minor, from: Option<Minor>) -> Vec<Notice> {
        let is_new = |version: Minor| match from {
            Some(from) => version > from && version <= to,
            None => version == to,
        };
        let new = self.notices.iter().filter(|notice| is_new(notice.version));
        let notice = |line: &NoticeLine| Notice {
            version: line.version,
            what: line.what.clone(),
            source: line.source.clone(),
        };
        new.map(notice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_source_and_goes_forward() {
        let table = Table::embedded();
        assert!(table.apis.len() > 40 && table.addons.len() > 4);
        let sources =
            table.apis.iter().map(|api| &api.source).chain(table.addons.iter().map(|addon| &addon.source));
        for source in sources.chain(table.notices.iter().map(|notice| &notice.source)).chain([&table.source])
        {
            assert!(source.starts_with("https://"), "{source}");
        }
        assert!(table.releases.is_sorted_by_key(|release| (release.version, release.released)));
        for api in &table.apis {
            assert!(api.removed.is_none_or(|removed| removed > api.deprecated), "{}", api.version);
            assert!(!api.kinds.is_empty(), "{}", api.version);
            assert_ne!(api.instead.as_ref(), Some(&api.version), "{:?}", api.kinds);
        }
        for addon in &table.addons {
            assert_eq!(addon.pattern.captures_len(), 2, "{}: its pattern has one group", addon.name);
            for support in &addon.versions {
                assert!(support.to.is_none_or(|to| to >= support.from), "{} {}", addon.name, support.version);
            }
        }
    }

    #[test]
    fn a_step_is_one_minor_version_that_there_is() {
        let table = Table::embedded();
        let step = |to: &str, from: Option<&str>| table.step(to, from).map_err(|error| error.to_string());
        assert!(step("1.36", None).is_ok() && step("v1.36.4", Some("1.35.9")).is_ok());
        for (to, from, words) in [
            ("1.99", None, "'1.99' is no version of Kubernetes that can be looked for: there is none"),
            ("latest", None, "it is no version such as 1.36. The table has 1.28 (of 2023-08-15) to"),
            (
                "1.36",
                Some("1.34"),
                "steps over 1.35: a control plane goes one minor version at a time. Go to 1.35 first: argosy doctor --from 1.34 --kubernetes 1.35",
            ),
            ("1.36", Some("1.36"), "from Kubernetes 1.36 to 1.36 is no upgrade"),
            ("1.34", Some("1.36"), "is no upgrade"),
        ] {
            let refused = step(to, from).unwrap_err();
            assert!(refused.contains(words), "{to} from {from:?}: {refused}");
        }
    }

    #[test]
    fn a_step_hears_what_is_new_on_it() {
        let table = Table::embedded();
        let versions = |to: &str, from: Option<&str>| {
            let (to, from) = table.step(to, from).unwrap();
            table.notices(to, from).iter().map(|notice| notice.version.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(versions("1.35", Some("1.34")), ["1.35"]);
        assert!(versions("1.36", None).iter().all(|version| version == "1.36"));
        assert!(versions("1.33", None).is_empty());
    }
}
