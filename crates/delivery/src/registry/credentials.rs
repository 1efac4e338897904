//! The credentials that `docker login` keeps in its configuration file.

use std::{collections::HashMap, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::{Error, PeerError};

/// What Docker calls its own registry in that file.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What to show registries, as a header.
#[derive(Debug, Default)]
pub(super) struct Credentials(HashMap<String, SecretString>);

#[derive(Debug, Deserialize)]
struct ConfigFile {
    #[serde(default)]
    auths: HashMap<String, Login>,
}

#[derive(Debug, Default, Deserialize)]
struct Login {
    auth: Option<SecretString>,
}

impl Credentials {
    /// Reads the file, which need not exist.
    pub(super) fn read(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else { return Ok(Self::default()) };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text)
                .map_err(|reason| PeerError::Unreadable { who: path.display().to_string(), reason }.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(Error::File { path: path.to_owned(), source }),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        // Only where it is broken is told: the file is secret.
        let file: ConfigFile = serde_json::from_str(text)
            .map_err(|error| format!("it is no JSON as Docker writes it, in line {}", error.line()))?;
        let mut logins = HashMap::new();
        for (registry, login) in file.auths {
            let Some(auth) = login.auth.filter(|auth| !auth.expose_secret().is_empty()) else { continue };
            let is_login =
                BASE64_STANDARD.decode(auth.expose_secret()).is_ok_and(|login| login.contains(&b':'));
            if !is_login {
                return Err(format!("`auth` of {registry} is not a name and a password in base64"));
            }
            logins.insert(host(&registry), format!("Basic {}", auth.expose_secret()).into());
        }
        Ok(Self(logins))
    }

    /// The header for a registry.
    pub(super) fn of(&self, registry: &str) -> Option<&SecretString> {
        self.0.get(registry)
    }
}

/// The file names some registries by an address.
fn host(registry: &str) -> String {
    if registry == DOCKER_HUB {
        return super::image_name::DOCKER_HUB.to_owned();
    }
    let rest =
        registry.strip_prefix("https://").or_else(|| registry.strip_prefix("http://")).unwrap_or(registry);
    rest.split('/').next().unwrap_or(rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_found_however_they_are_named() {
        let auth = BASE64_STANDARD.encode("ada:secret");
        let text = format!(
            r#"{{"auths": {{"{DOCKER_HUB}": {{"auth": "{auth}"}}, "ghcr.io": {{"auth": "{auth}"}}, "https://r.example/v2/": {{"auth": "{auth}"}}, "helped.example": {{}}}}, "credsStore": "x"}}"#
        );
        let credentials = Credentials::parse(&text).unwrap();
        for registry in ["registry-1.docker.io", "ghcr.io", "r.example"] {
            assert_eq!(
                credentials.of(registry).unwrap().expose_secret(),
                format!("Basic {auth}"),
                "{registry}"
            );
        }
        assert!(credentials.of("helped.example").is_none());
    }

    #[test]
    fn what_is_broken_is_told_without_what_is_secret() {
        for text in ["{\"auths\": {\"a\": {\"auth\": \"c2VjcmV0\"}}}", "{\"auths\": \"c2VjcmV0\"}"] {
            let error = Credentials::parse(text).unwrap_err();
            assert!(!error.contains("c2VjcmV0"), "{error}");
        }
    }
}
