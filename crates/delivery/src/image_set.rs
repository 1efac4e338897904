//! `argosy image set`: the digests of a build into an environment, as one commit.

use crate::{
    CommitId, Delivery, Digest, Error, ServiceName,
    overlay::Overlay,
    swap::{Plan, swap},
    trailers::{Trailers, key},
    written::{About, Written, WrittenChange, in_words},
};

/// What to set, and what to say about it.
#[derive(Debug, Clone, Default)]
pub struct ImageSet {
    /// The environment.
    pub environment: String,
    /// Services and digests.
    pub images: Vec<(String, Digest)>,
    /// The commit that the images were built from: a whole id, or a revision of this repository.
    pub source_commit: Option<String>,
    /// The pipeline's page.
    pub build: Option<String>,
    /// Who or what sets them; left out, whom Git names.
    pub actor: Option<String>,
    /// Registry and folder that they are pulled from; left out, it stays as it is.
    pub registry: Option<String>,
    /// Only tell what would be written.
    pub is_dry_run: bool,
}

impl Delivery {
    /// Writes digests into an environment's overlay, and pushes the commit.
    pub async fn set_images(&self, request: &ImageSet) -> Result<Written, Error> {
        let environment = &self.environment(&request.environment)?.name;
        let mut images: Vec<(&ServiceName, &Digest)> = Vec::new();
        for (service, digest) in &request.images {
            let service = self.service(service)?;
            if images.iter().any(|(other, _)| *other == service) {
                return Err(Error::Malformed {
                    what: "a list that names each service once",
                    text: service.to_string(),
                });
            }
            images.push((service, digest));
        }
        let source = self.source_commit(request.source_commit.as_deref()).await?;
        let actor = self.actor(request.actor.as_deref()).await?;
        let remote = self.remote().await?;
        let (images, source, actor) = (&images, source.as_ref(), actor.as_str());
        let plan = |head: CommitId| async move {
            let before = Overlay::read(&self.repository, &self.config, environment, &head).await?;
            let mut after = before.clone();
            let mut about = About::default();
            let mut trailers = Trailers::default();
            trailers.add(key::ENVIRONMENT, environment.as_str())?;
            for (service, digest) in images {
                let ran = before.image(&self.config, service)?.digest;
                after.set(&self.config, service, digest, request.registry.as_deref())?;
                if after.image(&self.config, service)? == before.image(&self.config, service)? {
                    about.unchanged.push((*service).clone());
                    continue;
                }
                before.expect_free(service)?;
                trailers.add_service(service, digest, ran.as_ref())?;
                about.changes.extend(ran.map(|ran| WrittenChange {
                    service: (*service).clone(),
                    before: ran,
                    after: (*digest).clone(),
                }));
            }
            trailers.add_some(key::SOURCE_COMMIT, source.map(CommitId::as_str))?;
            trailers.add_some(key::REGISTRY, request.registry.as_deref())?;
            trailers.add_some(key::BUILD, request.build.as_deref())?;
            trailers.add(key::ACTOR, actor)?;
            let names: Vec<&str> = about.changes.iter().map(|change| change.service.as_str()).collect();
            let what = in_words(&names);
            let files = after.changes_since(&before);
            about.lines = before.lines(&files);
            Ok(Plan { files, message: trailers.message(&format!("Deploy {what} to {environment}")), about })
        };
        let swapped = swap(&self.repository, &remote, request.is_dry_run, plan).await?;
        Ok(Written::of(environment, remote.branch, swapped))
    }

    /// The whole id of a source commit, which may be of another repository.
    async fn source_commit(&self, revision: Option<&str>) -> Result<Option<CommitId>, Error> {
        let Some(revision) = revision else { return Ok(None) };
        match revision.parse() {
            Ok(whole) => Ok(Some(whole)),
            Err(_) => self.repository.resolve(revision).await.map(Some),
        }
    }
}
