//! What this machine may show registries and code hosts, and the program that knows signatures.

use std::{collections::BTreeMap, path::PathBuf};

use secrecy::SecretString;

use crate::{HostKind, verify::COSIGN};

/// What there is to show.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The file that `docker login` writes.
    pub docker_config: Option<PathBuf>,
    /// The program `cosign`; none where it is not there.
    pub cosign: Option<PathBuf>,
    /// The tokens of code hosts.
    pub tokens: BTreeMap<HostKind, SecretString>,
}

impl Access {
    /// What the environment has: `DOCKER_CONFIG` or the home folder's `.docker`, and `cosign` in PATH, and the variables that
    /// [`HostKind::token_variables`] names.
    pub fn of_environment() -> Self {
        let folder = std::env::var_os("DOCKER_CONFIG")
            .map(PathBuf::from)
            .or_else(|| std::env::home_dir().map(|home| home.join(".docker")));
        let token = |kind: HostKind| {
            let mut set = kind.token_variables().iter().filter_map(|name| std::env::var(name).ok());
            set.find(|token| !token.trim().is_empty()).map(|token| (kind, token.trim().into()))
        };
        Self {
            docker_config: folder.map(|folder| folder.join("config.json")),
            cosign: COSIGN.in_path(),
            tokens: HostKind::ALL.into_iter().filter_map(token).collect(),
        }
    }
}
