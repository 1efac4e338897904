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
}

impl Trailers {
    /// Reads what Git's `%(trailers)` prints, by these separators.
    pub(crate) fn parse(text: &str, between: char, after_key: char) -> Self {
        let pairs = text.split(between).filter_map(|line| line.split_once(after_key));
        Self(pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect())
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

    /// What is said about each service.
    pub(crate) fn delivered(&self) -> Vec<Delivered<'_>> {
        let mut delivered: Vec<Delivered<'_>> = Vec::new();
        for (name, value) in &self.0 {
            if name.eq_ignore_ascii_case(key::SERVICE) {
                delivered.push(Delivered { service: value, digest: None, replaces: None });
            } else if let Some(last) = delivered.last_mut() {
                if name.eq_ignore_ascii_case(key::DIGEST) {
                    last.digest.get_or_insert(value);
                } else if name.eq_ignore_ascii_case(key::REPLACES) {
                    last.replaces.get_or_insert(value);
                }
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
