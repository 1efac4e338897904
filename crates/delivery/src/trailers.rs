//! The lines at the end of a commit's message that say what was delivered, as `git interpret-trailers` reads them.

use crate::{Digest, Error, ServiceName};

/// The keys that are written.
pub(crate) mod key {
    /// The environment.
    pub(crate) const ENVIRONMENT: &str = "Environment";
    /// A service; what follows up to the next is about it.
    pub(crate) const SERVICE: &str = "Service";
    /// What it runs from now on.
    pub(crate) const DIGEST: &str = "Digest";
    /// What it ran before.
    pub(crate) const REPLACES: &str = "Replaces";
    /// The commit that the image was built from.
    pub(crate) const SOURCE_COMMIT: &str = "Source-Commit";
    /// The pipeline's page.
    pub(crate) const BUILD: &str = "Build";
    /// Who or what did it.
    pub(crate) const ACTOR: &str = "Actor";
    /// Where the images are pulled from from now on.
    pub(crate) const REGISTRY: &str = "Registry";
    /// What was done, where it is not the setting of a digest.
    pub(crate) const ACTION: &str = "Action";
    /// Why.
    pub(crate) const WHY: &str = "Why";
    /// Why somebody went back across migrations that cannot be undone.
    pub(crate) const DESPITE_MIGRATIONS: &str = "Despite-Migrations";
    /// Such a migration, and what it says of itself.
    pub(crate) const CROSSED_MIGRATION: &str = "Crossed-Migration";
    /// Who approved it: written by people and by code hosts.
    pub(crate) const APPROVED_BY: &str = "Approved-by";
    /// Who looked at it: written by them as well.
    pub(crate) const REVIEWED_BY: &str = "Reviewed-by";

    /// All of them.
    pub(super) const ALL: [&str; 14] = [
        ENVIRONMENT,
        SERVICE,
        DIGEST,
        REPLACES,
        SOURCE_COMMIT,
        BUILD,
        ACTOR,
        REGISTRY,
        ACTION,
        WHY,
        DESPITE_MIGRATIONS,
        CROSSED_MIGRATION,
        APPROVED_BY,
        REVIEWED_BY,
    ];
}

/// What `Action` says.
pub(crate) mod action {
    /// Digests came from the environment before.
    pub(crate) const PROMOTE: &str = "promote";
    /// A service went back to what it ran before.
    pub(crate) const ROLLBACK: &str = "rollback";
    /// A hold was let go.
    pub(crate) const RELEASE: &str = "release";
}

/// The trailers of a message, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trailers(Vec<(String, String)>);

/// What a commit says about one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivered<'t> {
    pub(crate) service: &'t str,
    pub(crate) digest: Option<&'t str>,
    pub(crate) replaces: Option<&'t str>,
    pub(crate) source_commit: Option<&'t str>,
}

impl Trailers {
    /// Reads what Git's `%(trailers)` prints, by these separators.
    pub(crate) fn parse(text: &str, between: char, after_key: char) -> Self {
        let pairs = text.split(between).filter_map(|line| line.split_once(after_key));
        Self(pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect())
    }

    /// Reads what looks like one of ours anywhere in a message: code hosts put lists around it, and paragraphs behind it.
    pub(crate) fn anywhere(message: &str) -> Self {
        let pairs = message.lines().filter_map(|line| {
            let (name, value) = line.trim_start_matches([' ', '\t', '*', '-', '>']).split_once(": ")?;
            let key = key::ALL.iter().find(|key| key.eq_ignore_ascii_case(name))?;
            Some(((*key).to_owned(), value.trim().to_owned()))
        });
        Self(pairs.collect())
    }

    /// Adds one, which has to be a line.
    pub(crate) fn add(&mut self, key: &'static str, value: impl Into<String>) -> Result<(), Error> {
        let value = value.into();
        let value = value.trim();
        if value.is_empty() || value.contains(char::is_control) {
            return Err(Error::MalformedTrailer { key });
        }
        self.0.push((key.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Adds one, where there is a value.
    pub(crate) fn add_some(&mut self, key: &'static str, value: Option<&str>) -> Result<(), Error> {
        value.map_or(Ok(()), |value| self.add(key, value))
    }

    /// Adds what a service runs from now on.
    pub(crate) fn add_service(
        &mut self,
        service: &ServiceName,
        digest: &Digest,
        before: Option<&Digest>,
    ) -> Result<(), Error> {
        self.add(key::SERVICE, service.as_str())?;
        self.add(key::DIGEST, digest.as_str())?;
        self.add_some(key::REPLACES, before.map(Digest::as_str))
    }

    /// The first value of a key, in any case.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// Every value of a key.
    pub(crate) fn all<'t>(&'t self, key: &str) -> impl Iterator<Item = &'t str> {
        self.0.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// What is said about each service. A source commit that is named once is that of all.
    pub(crate) fn delivered(&self) -> Vec<Delivered<'_>> {
        let mut delivered: Vec<Delivered<'_>> = Vec::new();
        for (name, value) in &self.0 {
            if name.eq_ignore_ascii_case(key::SERVICE) {
                delivered.push(Delivered {
                    service: value,
                    digest: None,
                    replaces: None,
                    source_commit: None,
                });
            } else if let Some(last) = delivered.last_mut() {
                if name.eq_ignore_ascii_case(key::DIGEST) {
                    last.digest.get_or_insert(value);
                } else if name.eq_ignore_ascii_case(key::REPLACES) {
                    last.replaces.get_or_insert(value);
                } else if name.eq_ignore_ascii_case(key::SOURCE_COMMIT) {
                    last.source_commit.get_or_insert(value);
                }
            }
        }
        let mut sources = self.all(key::SOURCE_COMMIT);
        if let (Some(one), None) = (sources.next(), sources.next()) {
            for delivered in &mut delivered {
                delivered.source_commit = Some(one);
            }
        }
        delivered
    }

    /// A commit's message with these at its end.
    pub(crate) fn message(&self, subject: &str) -> String {
        let lines: Vec<String> = self.0.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        format!("{subject}\n\n{}", lines.concat())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    use super::*;

    fn digest(digit: char) -> Digest {
        format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
    }

    fn two_services() -> Trailers {
        let mut trailers = Trailers::default();
        trailers.add(key::ENVIRONMENT, "dev").unwrap();
        trailers.add_service(&"api".parse().unwrap(), &digest('1'), Some(&digest('0'))).unwrap();
        trailers.add_service(&"webapp".parse().unwrap(), &digest('2'), None).unwrap();
        trailers.add_some(key::BUILD, Some("https://ci.example/1?a=b:c")).unwrap();
        trailers
    }

    #[test]
    fn git_reads_all_of_them() {
        let mut child = Command::new("git")
            .args(["interpret-trailers", "--parse"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(two_services().message("Deploy api, webapp to dev").as_bytes())
            .unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let read = Trailers(
            output
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        );
        assert_eq!(read, two_services());
    }

    #[test]
    fn each_service_has_its_digest() {
        let trailers = two_services();
        let delivered = trailers.delivered();
        assert_eq!((delivered[0].service, delivered[0].replaces), ("api", Some(digest('0').as_str())));
        assert_eq!((delivered[1].digest, delivered[1].replaces), (Some(digest('2').as_str()), None));
    }

    #[test]
    fn what_a_squash_merge_leaves_is_found() {
        let mut trailers = two_services();
        let message = trailers.message("Promote 2 services from dev to prod").replace('\n', "\n  ");
        let squashed = format!("Merged PR 7\n\n* {message}\nNote: nothing\nApproved-by: Grace\n");
        trailers.add(key::APPROVED_BY, "Grace").unwrap();
        assert_eq!(Trailers::anywhere(&squashed), trailers);
    }

    #[test]
    fn a_source_commit_is_that_of_all_or_each_has_its_own() {
        let [one, two] = ["1", "2"].map(|digit| digit.repeat(40));
        let sources = |trailers: &Trailers| -> Vec<Option<String>> {
            trailers.delivered().iter().map(|delivered| delivered.source_commit.map(str::to_owned)).collect()
        };
        let mut trailers = two_services();
        assert_eq!(sources(&trailers), [None, None]);
        trailers.add(key::SOURCE_COMMIT, one.as_str()).unwrap();
        assert_eq!(sources(&trailers), [Some(one.clone()), Some(one.clone())]);
        let mut trailers = Trailers::default();
        for (service, source) in [("api", &one), ("webapp", &two)] {
            trailers.add_service(&service.parse().unwrap(), &digest('1'), None).unwrap();
            trailers.add(key::SOURCE_COMMIT, source.as_str()).unwrap();
        }
        assert_eq!(sources(&trailers), [Some(one), Some(two)]);
    }

    #[test]
    fn a_value_cannot_add_another_trailer() {
        for value in ["Ada\nDigest: sha256:0", "", "  ", "a\rb"] {
            assert!(
                matches!(
                    Trailers::default().add(key::ACTOR, value),
                    Err(Error::MalformedTrailer { key: key::ACTOR })
                ),
                "{value:?}"
            );
        }
    }
}
