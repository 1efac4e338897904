//! A repository that is delivered from, with what `argosy.toml` says about it.

use std::path::Path;

use crate::{CommitId, Config, Environment, Error, Repository, ServiceName, git::Remote};

/// A repository and its `argosy.toml`; every command begins here.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub(crate) repository: Repository,
    pub(crate) config: Config,
}

impl Delivery {
    /// The repository that a folder is in.
    pub async fn open(folder: &Path) -> Result<Self, Error> {
        let repository = Repository::open(folder).await?;
        let config = Config::read(repository.root())?;
        Ok(Self { repository, config })
    }

    /// What `argosy.toml` says.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The environment of this name.
    pub(crate) fn environment(&self, name: &str) -> Result<&Environment, Error> {
        self.config.environment(name)
    }

    /// The service of this name.
    pub(crate) fn service(&self, name: &str) -> Result<&ServiceName, Error> {
        self.config.service(name).map(|service| &service.name)
    }

    /// The branch that clusters read, on its remote.
    pub(crate) async fn remote(&self) -> Result<Remote, Error> {
        let branch = match &self.config.branch {
            Some(branch) => branch.clone(),
            None => self.repository.current_branch().await?,
        };
        Ok(Remote { name: self.config.remote.clone(), branch })
    }

    /// The head of the branch that clusters read, as this clone knows it, without the network.
    pub(crate) async fn known_head(&self) -> Result<CommitId, Error> {
        let remote = self.remote().await?;
        let known = match self.repository.known_branch(&remote).await? {
            Some(head) => Some(head),
            None => self.repository.find(&format!("refs/heads/{}", remote.branch)).await?,
        };
        known.ok_or(Error::MissingBranch { remote: remote.name, branch: remote.branch })
    }

    /// The branch's head at its remote; fails where it does not contain the one that this clone knew.
    pub(crate) async fn fetched_head(&self) -> Result<CommitId, Error> {
        let remote = self.remote().await?;
        let known = self.repository.known_branch(&remote).await?;
        let now = self.repository.remote_head(&remote).await?;
        match known {
            Some(before) if !self.repository.is_ancestor(&before, &now).await? => {
                Err(Error::Rewritten { branch: remote.branch, before, now })
            }
            _ => Ok(now),
        }
    }

    /// Who acts: who is named, or else whom Git names as a commit's author.
    pub(crate) async fn actor(&self, name: Option<&str>) -> Result<String, Error> {
        match name {
            Some(name) => Ok(name.to_owned()),
            None => self.repository.identity().await,
        }
    }
}
