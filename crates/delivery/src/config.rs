//! `argosy.toml`: which services there are, which environments, and what stands between them.

mod allow;
mod gate;
mod host;
mod validate;

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

pub use allow::{Allowed, Difference};
pub use gate::{Freeze, Gate};
pub use host::{HostConfig, HostKind};

use crate::{EnvironmentName, Error, ServiceName};

/// The file's name, at the repository's root.
pub const FILE: &str = "argosy.toml";

/// What `argosy.toml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The branch that clusters read; where it is left out, the one that is checked out.
    pub branch: Option<String>,
    /// The remote that clusters read.
    #[serde(default = "default_remote")]
    pub remote: String,
    /// Registry and folder of the images, as overlays name them.
    pub registry: String,
    /// Hosts, with their ports, that are called without TLS; those of this machine always may be.
    #[serde(default)]
    pub plain_http: Vec<String>,
    /// Who keeps the repository; left out, what the remote's address says.
    pub host: Option<HostConfig>,
    /// The folder that has a folder an environment.
    #[serde(default = "default_overlays")]
    pub overlays: String,
    /// The services.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
    /// The environments, in the order that a commit passes them.
    #[serde(rename = "environment")]
    pub environments: Vec<Environment>,
    /// What may differ between two environments.
    #[serde(default, rename = "difference")]
    pub differences: Vec<Difference>,
}

/// A service, which has one image.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name, which is also that of its image.
    pub name: ServiceName,
    /// Files and folders whose change changes the image.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The folder of its database's migrations.
    pub migrations: Option<String>,
}

/// An environment, which is an overlay.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name, which is also its overlay's folder.
    pub name: EnvironmentName,
    /// The environment whose digests are promoted to this one.
    pub from: Option<EnvironmentName>,
    /// What a digest has to pass on its way in.
    #[serde(default)]
    pub gates: Vec<Gate>,
}

fn default_remote() -> String {
    "origin".into()
}

fn default_overlays() -> String {
    "kustomize/overlays".into()
}

impl Config {
    /// Reads the file of a repository.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let path = root.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NoConfig(path)),
            Err(source) => Err(Error::File { path, source }),
        }
    }

    /// Understands the file's text; an error names the key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let config: Self = toml::from_str(text).map_err(|error| Error::Config(error.to_string()))?;
        validate::validate(&config)?;
        Ok(config)
    }

    /// The service of this name.
    pub fn service(&self, name: &str) -> Result<&Service, Error> {
        self.services.iter().find(|service| service.name.as_str() == name).ok_or_else(|| {
            Error::UnknownService {
                name: name.to_owned(),
                known: list(self.services.iter().map(|service| &service.name)),
            }
        })
    }

    /// The environment of this name.
    pub fn environment(&self, name: &str) -> Result<&Environment, Error> {
        self.environments.iter().find(|environment| environment.name.as_str() == name).ok_or_else(|| {
            Error::UnknownEnvironment {
                name: name.to_owned(),
                known: list(self.environments.iter().map(|environment| &environment.name)),
            }
        })
    }

    /// What an overlay calls a service's image.
    pub fn image(&self, service: &ServiceName) -> String {
        format!("{}/{service}", self.registry)
    }

    /// The folder of an environment's overlay, from the repository's root.
    pub fn overlay(&self, environment: &EnvironmentName) -> String {
        format!("{}/{environment}", self.overlays)
    }

    /// The services by what overlays call their images.
    pub(crate) fn services_by_image(&self) -> BTreeMap<String, ServiceName> {
        self.services.iter().map(|service| (self.image(&service.name), service.name.clone())).collect()
    }
}

fn list<T: ToString>(names: impl Iterator<Item = T>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SMALL: &str = r#"
        registry = "registry.example/team"
        [[service]]
        name = "api"
        paths = ["api"]
        migrations = "api/migrations"
        [[environment]]
        name = "dev"
        [[environment]]
        name = "prod"
        from = "dev"
        gates = [{ gate = "soak", for = "24h" }]
    "#;

    #[test]
    fn what_is_left_out_has_the_usual_value() {
        let config = Config::parse(SMALL).unwrap();
        assert_eq!((config.remote.as_str(), config.branch.as_deref()), ("origin", None));
        assert_eq!(config.image(&config.services[0].name), "registry.example/team/api");
        assert_eq!(config.overlay(&config.environments[1].name), "kustomize/overlays/prod");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = Config::parse(&SMALL.replace("paths =", "path =")).unwrap_err().to_string();
        assert!(error.contains("path") && error.contains("line 5"), "{error}");
    }

    #[test]
    fn unknown_names_are_answered_by_those_there_are() {
        let config = Config::parse(SMALL).unwrap();
        let error = config.service("web").unwrap_err().to_string();
        assert_eq!(error, "argosy.toml names no service 'web'; it names api");
        let error = config.environment("live").unwrap_err().to_string();
        assert_eq!(error, "argosy.toml names no environment 'live'; it names dev, prod");
    }
}
