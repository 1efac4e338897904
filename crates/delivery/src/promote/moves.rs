//! What a promotion would change.

use crate::{
    CommitId, Delivery, Digest, EnvironmentName, Error, Hold, ServiceName, WrittenChange, overlay::Overlay,
};

/// What a promotion would change, and what not.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    /// What comes.
    pub(crate) changes: Vec<WrittenChange>,
    /// What is the same already.
    pub(crate) unchanged: Vec<ServiceName>,
    /// What is held where it would come to.
    pub(crate) held: Vec<Hold>,
}

impl Delivery {
    /// What a promotion would change upon a commit. Of services that are not named, those that both environments have.
    pub(crate) async fn moves(
        &self,
        from: &EnvironmentName,
        to: &EnvironmentName,
        services: &[ServiceName],
        head: &CommitId,
    ) -> Result<Moves, Error> {
        let source = Overlay::read(&self.repository, &self.config, from, head).await?;
        let target = Overlay::read(&self.repository, &self.config, to, head).await?;
        let mut moves = Moves::default();
        let offered = self.digests(&source, services)?;
        for (service, before) in self.digests(&target, services)? {
            let Some((_, after)) = offered.iter().find(|(other, _)| *other == service) else { continue };
            match target.holds.of(&service) {
                _ if before == *after => moves.unchanged.push(service),
                Some(hold) => moves.held.push(hold.clone()),
                None => moves.changes.push(WrittenChange { service, before, after: after.clone() }),
            }
        }
        Ok(moves)
    }

    /// The digests of an overlay: of these services, which it has to have, or of all that it has.
    pub(crate) fn digests(
        &self,
        overlay: &Overlay,
        services: &[ServiceName],
    ) -> Result<Vec<(ServiceName, Digest)>, Error> {
        let all: Vec<ServiceName> = self.config.services.iter().map(|service| service.name.clone()).collect();
        let mut digests = Vec::new();
        for service in if services.is_empty() { &all } else { services } {
            match overlay.image(&self.config, service) {
                Ok(image) => digests.extend(image.digest.map(|digest| (service.clone(), digest))),
                Err(Error::NotInOverlay { .. }) if services.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(digests)
    }

    /// The services of these names, each once.
    pub(crate) fn services(&self, names: &[String]) -> Result<Vec<ServiceName>, Error> {
        let mut services: Vec<ServiceName> = Vec::new();
        for name in names {
            let service = self.service(name)?;
            if !services.contains(service) {
                services.push(service.clone());
            }
        }
        Ok(services)
    }
}
