//! What a remote's address says about who keeps the repository.

use url::Url;

use crate::HostKind;

/// Host and path of a remote.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    host: String,
    /// The repository, as its host calls it.
    pub(super) path: String,
}

impl Found {
    /// Reads an address: of HTTP, of SSH, or as scp writes it. A folder of this machine has no host.
    pub(super) fn of(address: &str) -> Option<Self> {
        let (host, path) = match Url::parse(address) {
            Ok(url) if url.has_host() && url.scheme() != "file" => {
                (url.host_str()?.to_owned(), url.path().to_owned())
            }
            _ => {
                let (place, path) = address.split_once(':')?;
                if place.contains('/') || path.starts_with("//") {
                    return None;
                }
                (place.rsplit('@').next()?.to_owned(), path.to_owned())
            }
        };
        let path = path.trim_matches('/').trim_end_matches(".git");
        let found = Self { host: host.to_lowercase(), path: path.to_owned() };
        Some(if found.kind() == Some(HostKind::Azure) { found.of_azure() } else { found })
    }

    /// Who that is, where everybody knows it.
    pub(super) fn kind(&self) -> Option<HostKind> {
        match self.host.as_str() {
            "github.com" | "ssh.github.com" => Some(HostKind::GitHub),
            "gitlab.com" | "altssh.gitlab.com" => Some(HostKind::GitLab),
            "bitbucket.org" | "altssh.bitbucket.org" => Some(HostKind::Bitbucket),
            "dev.azure.com" | "ssh.dev.azure.com" => Some(HostKind::Azure),
            host if host.ends_with(".visualstudio.com") => Some(HostKind::Azure),
            _ => None,
        }
    }

    /// `organisation/project/repository`, however the address writes it.
    fn of_azure(mut self) -> Self {
        let path = self.path.strip_prefix("v3/").unwrap_or(&self.path).replace("/_git/", "/");
        self.path = match self.host.strip_suffix(".visualstudio.com") {
            Some(organisation) if organisation != "vs-ssh" => {
                format!("{organisation}/{}", path.trim_start_matches("DefaultCollection/"))
            }
            _ => path,
        };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_all_kinds_name_the_repository() {
        for (address, kind, path) in [
            ("https://github.com/team/argosy.git", Some(HostKind::GitHub), "team/argosy"),
            ("git@github.com:team/argosy.git", Some(HostKind::GitHub), "team/argosy"),
            ("https://x:secret@gitlab.com/a/b/c/", Some(HostKind::GitLab), "a/b/c"),
            ("ssh://git@altssh.bitbucket.org:443/w/r.git", Some(HostKind::Bitbucket), "w/r"),
            ("https://o@dev.azure.com/o/p/_git/r", Some(HostKind::Azure), "o/p/r"),
            ("git@ssh.dev.azure.com:v3/o/p/r", Some(HostKind::Azure), "o/p/r"),
            ("https://o.visualstudio.com/DefaultCollection/p/_git/r", Some(HostKind::Azure), "o/p/r"),
            ("git@git.example:team/argosy", None, "team/argosy"),
        ] {
            let found = Found::of(address).unwrap();
            assert_eq!((found.kind(), found.path.as_str()), (kind, path), "{address}");
        }
        for folder in ["/srv/git/argosy.git", "../argosy", "file:///srv/git", "./a:b"] {
            assert_eq!(Found::of(folder), None, "{folder}");
        }
    }
}
