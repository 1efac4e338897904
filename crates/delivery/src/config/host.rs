//! Where the repository is kept, where its remote's address does not say so.

use serde::{Deserialize, Serialize};

/// A code host, as `argosy.toml` names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostConfig {
    /// What it is.
    pub kind: HostKind,
    /// Where its API is; left out, where the public one has it.
    pub api: Option<String>,
    /// What it calls the repository: `team/argosy`; left out, what the remote's address says.
    pub repository: Option<String>,
}

/// What keeps repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostKind {
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Azure DevOps.
    Azure,
}

impl HostKind {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::GitHub, Self::GitLab, Self::Bitbucket, Self::Azure];

    /// As its makers write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Bitbucket => "Bitbucket",
            Self::Azure => "Azure DevOps",
        }
    }

    /// The variables that may have its token, in this order.
    pub fn token_variables(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &["ARGOSY_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
            Self::GitLab => &["ARGOSY_TOKEN", "GITLAB_TOKEN"],
            Self::Bitbucket => &["ARGOSY_TOKEN", "BITBUCKET_TOKEN"],
            Self::Azure => &["ARGOSY_TOKEN", "AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN"],
        }
    }

    /// Where the public one has its API.
    pub(crate) fn public_api(self) -> &'static str {
        match self {
            Self::GitHub => "https://api.github.com",
            Self::GitLab => "https://gitlab.com/api/v4",
            Self::Bitbucket => "https://api.bitbucket.org/2.0",
            Self::Azure => "https://dev.azure.com",
        }
    }
}
