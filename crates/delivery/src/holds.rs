//! `holds.toml`, beside an overlay's kustomization: what was rolled back and stays so until it is released.

use serde::{Deserialize, Serialize};

use crate::{Digest, EnvironmentName, Error, ServiceName};

/// The file's name.
pub(crate) const FILE: &str = "holds.toml";

const HEAD: &str = "# Written by `argosy rollback`, which also says how to go on: `argosy release` takes an entry out again.\n";

/// The holds of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holds {
    #[serde(default, rename = "hold")]
    holds: Vec<Hold>,
}

/// A service that stays at a digest: automation leaves it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The service.
    pub service: ServiceName,
    /// What it is held at.
    pub digest: Digest,
    /// Since when, RFC 3339.
    pub since: String,
    /// By whom.
    pub by: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Holds {
    /// Reads the file.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Error> {
        toml::from_str(text)
            .map_err(|error| Error::Holds { file: path.to_owned(), reason: error.to_string() })
    }

    /// What the file is to say; none where it is to be gone.
    pub(crate) fn to_text(&self) -> Option<String> {
        if self.holds.is_empty() {
            return None;
        }
        let text = toml::to_string(self).expect("text and lists can be written as TOML");
        Some(format!("{HEAD}{text}"))
    }

    /// The hold of a service.
    pub(crate) fn of(&self, service: &ServiceName) -> Option<&Hold> {
        self.holds.iter().find(|hold| &hold.service == service)
    }

    /// Holds a service, instead of a hold that it has.
    pub(crate) fn put(&mut self, hold: Hold) {
        self.take(&hold.service);
        self.holds.push(hold);
        self.holds.sort_by(|one, other| one.service.cmp(&other.service));
    }

    /// Lets a service go; its hold.
    pub(crate) fn take(&mut self, service: &ServiceName) -> Option<Hold> {
        let index = self.holds.iter().position(|hold| &hold.service == service)?;
        Some(self.holds.remove(index))
    }
}

impl Hold {
    /// Why a service is left as it is.
    pub(crate) fn refusal(&self, environment: &EnvironmentName) -> Error {
        Error::Held { environment: environment.clone(), hold: Box::new(self.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(service: &str, why: Option<&str>) -> Hold {
        Hold {
            service: service.parse().unwrap(),
            digest: format!("sha256:{}", "a".repeat(64)).parse().unwrap(),
            since: "2026-11-22T09:00:00Z".into(),
            by: "Ada".into(),
            why: why.map(str::to_owned),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut holds = Holds::default();
        holds.put(hold("webapp", None));
        holds.put(hold("api", Some("it \"forgets\"")));
        holds.put(hold("api", Some("twice")));
        let text = holds.to_text().unwrap();
        assert!(text.starts_with("# Written by"), "{text}");
        assert_eq!(Holds::parse(FILE, &text).unwrap(), holds);
        assert_eq!(holds.take(&"api".parse().unwrap()).unwrap().why.as_deref(), Some("twice"));
        assert!(holds.take(&"api".parse().unwrap()).is_none());
        holds.take(&"webapp".parse().unwrap());
        assert_eq!(holds.to_text(), None);
    }

    #[test]
    fn a_refusal_says_how_to_go_on() {
        let error = hold("api", Some("slow")).refusal(&"prod".parse().unwrap()).to_string();
        assert!(
            error.starts_with("api is held in prod at sha256:aaa")
                && error.contains("by Ada: slow. `argosy release prod --service api`"),
            "{error}"
        );
    }

    #[test]
    fn an_unreadable_file_is_named() {
        let error =
            Holds::parse("overlays/prod/holds.toml", "[[hold]]\nservice = 'API'").unwrap_err().to_string();
        assert!(error.starts_with("overlays/prod/holds.toml: ") && error.contains("API"), "{error}");
    }
}
