//! Which digests are asked about: those that an environment has, those that a promotion would bring, or those that the commit which is
//! checked out would.

use crate::{CommitId, Delivery, Digest, EnvironmentName, Error, Hold, ServiceName, overlay::Overlay};

/// What is asked about.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) digests: Vec<(ServiceName, Digest)>,
    /// The commit that has them, where it is not in the branch.
    pub(super) proposed: Option<CommitId>,
    /// What a promotion would leave as it is.
    pub(super) unchanged: Vec<ServiceName>,
    /// What is held, so that nothing comes.
    pub(super) held: Vec<Hold>,
}

impl Delivery {
    pub(super) async fn asked(
        &self,
        environment: &EnvironmentName,
        from: Option<&EnvironmentName>,
        services: &[ServiceName],
        head: &CommitId,
    ) -> Result<Asked, Error> {
        if let Some(from) = from {
            let moves = self.moves(from, environment, services, head).await?;
            let digests = moves.changes.into_iter().map(|change| (change.service, change.after)).collect();
            return Ok(Asked { digests, unchanged: moves.unchanged, held: moves.held, ..Asked::default() });
        }
        let read = async |commit: &CommitId| {
            let overlay = Overlay::read(&self.repository, &self.config, environment, commit).await?;
            self.digests(&overlay, services)
        };
        let Some((proposed, base)) = self.proposal(environment, head).await? else {
            return Ok(Asked { digests: read(head).await?, ..Asked::default() });
        };
        let before = read(&base).await?;
        let mut digests = read(&proposed).await?;
        digests.retain(|entry| !before.contains(entry));
        Ok(Asked { digests, proposed: Some(proposed), ..Asked::default() })
    }

    /// The commit that is checked out and the one that it goes out from, where it changes an environment of the branch.
    async fn proposal(
        &self,
        environment: &EnvironmentName,
        head: &CommitId,
    ) -> Result<Option<(CommitId, CommitId)>, Error> {
        let repository = &self.repository;
        let Some(proposed) = repository.find("HEAD").await? else { return Ok(None) };
        if repository.is_ancestor(&proposed, head).await? {
            return Ok(None);
        }
        let Some(base) = repository.merge_base(&proposed, head).await? else { return Ok(None) };
        let folder = self.config.overlay(environment);
        let (before, after) =
            (repository.files(&base, &[&folder]).await?, repository.files(&proposed, &[&folder]).await?);
        Ok((before != after).then_some((proposed, base)))
    }
}
