//! An image's name, as overlays write it, and where that is in a registry.

use std::{fmt, str::FromStr};

use url::Url;

use crate::{Digest, Error, http::expect_secure};

/// Where Docker's own registry answers.
pub(super) const DOCKER_HUB: &str = "registry-1.docker.io";

/// A registry, and a repository in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageName {
    text: String,
    registry: String,
    repository: String,
}

impl FromStr for ImageName {
    type Err = Error;

    /// A first part that can be a host is the registry; else it is Docker's.
    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed =
            || Error::Malformed { what: "an image's name, such as ghcr.io/team/api", text: text.to_owned() };
        let is_host = |part: &str| part.contains(['.', ':']) || part == "localhost";
        let (registry, repository) = match text.split_once('/') {
            Some((host, rest)) if is_host(host) => (host, rest.to_owned()),
            Some(_) => ("docker.io", text.to_owned()),
            None => ("docker.io", format!("library/{text}")),
        };
        let registry =
            if matches!(registry, "docker.io" | "index.docker.io") { DOCKER_HUB } else { registry };
        let is_path = repository.split('/').all(|part| {
            !part.is_empty()
                && part.starts_with(|letter: char| letter.is_ascii_alphanumeric())
                && part.chars().all(|letter| {
                    letter.is_ascii_lowercase()
                        || letter.is_ascii_digit()
                        || matches!(letter, '.' | '_' | '-')
                })
        });
        if !is_path {
            return Err(malformed());
        }
        Ok(Self { text: text.to_owned(), registry: registry.to_owned(), repository })
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl ImageName {
    /// Host and port.
    pub(super) fn registry(&self) -> &str {
        &self.registry
    }

    /// The path in it.
    pub(super) fn repository(&self) -> &str {
        &self.repository
    }

    /// Where something of it is; without TLS on this machine, and where that is named.
    pub(super) fn url(&self, kind: &str, digest: &Digest, plain: &[String]) -> Result<Url, Error> {
        let Self { registry, repository, .. } = self;
        let with =
            |scheme: &str| format!("{scheme}://{registry}/v2/{repository}/{kind}/{digest}").parse::<Url>();
        let malformed = |_| Error::Malformed {
            what: "an image's name, such as ghcr.io/team/api",
            text: self.text.clone(),
        };
        let url = with("http").map_err(malformed)?;
        if expect_secure(&url, plain).is_ok() { Ok(url) } else { with("https").map_err(malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_where_docker_would_look() {
        let digest: Digest = format!("sha256:{}", "1".repeat(64)).parse().unwrap();
        for (name, address) in [
            ("ghcr.io/argosy/api", "https://ghcr.io/v2/argosy/api/manifests/"),
            ("localhost:5001/api", "http://localhost:5001/v2/api/manifests/"),
            ("argosy/api", "https://registry-1.docker.io/v2/argosy/api/manifests/"),
            ("nginx", "https://registry-1.docker.io/v2/library/nginx/manifests/"),
            ("registry.lan:5000/a/b", "http://registry.lan:5000/v2/a/b/manifests/"),
        ] {
            let url =
                name.parse::<ImageName>().unwrap().url("manifests", &digest, &["registry.lan:5000".into()]);
            assert_eq!(url.unwrap().as_str(), format!("{address}{digest}"));
        }
        for wrong in ["ghcr.io/../api", "ghcr.io/Team/api", "ghcr.io/", "a b"] {
            assert!(wrong.parse::<ImageName>().is_err(), "{wrong}");
        }
    }
}
