//! Asks each gate of an environment for a digest.

use std::collections::BTreeMap;

use tokio::sync::OnceCell;

use super::{
    Candidate, Judged, Outcome, Verdict, VerifyRequest, attestation, checks, freeze, rebuild,
    signature::{self, Signer},
    soak,
};
use crate::{
    Delivery, Digest, Environment, Error, Gate, PeerError,
    history::History,
    registry::{Manifest, Registries},
};

/// The gates of an environment, and what they ask.
pub(super) struct Gates<'d> {
    delivery: &'d Delivery,
    environment: &'d Environment,
    history: &'d History,
    request: &'d VerifyRequest,
    registries: Registries,
    rebuilt: Option<BTreeMap<String, Digest>>,
}

impl<'d> Gates<'d> {
    pub(super) fn new(
        delivery: &'d Delivery,
        environment: &'d Environment,
        history: &'d History,
        request: &'d VerifyRequest,
    ) -> Result<Self, Error> {
        let docker_config = request.access.docker_config.as_deref();
        Ok(Self {
            delivery,
            environment,
            history,
            request,
            registries: Registries::new(docker_config, &delivery.config.plain_http)?,
            rebuilt: request.rebuilt.as_deref().map(rebuild::read).transpose()?,
        })
    }

    /// What each gate says, in their order.
    pub(super) async fn judge(&self, candidate: &Candidate) -> Result<Vec<Judged>, Error> {
        // Three gates look at the same manifest.
        let manifest = OnceCell::new();
        let fetch = || async {
            manifest.get_or_init(|| self.registries.manifest(&candidate.image, &candidate.digest)).await
        };
        let mut judged = Vec::new();
        for gate in &self.environment.gates {
            let (outcome, evidence) = match gate {
                Gate::Digest {} => digest(fetch().await),
                Gate::Sbom {} => match fetch().await {
                    Ok(manifest) => attestation::sbom(&self.registries, candidate, manifest).await,
                    Err(error) => unknown(error),
                },
                Gate::Provenance {} => match fetch().await {
                    Ok(manifest) => attestation::provenance(&self.registries, candidate, manifest).await,
                    Err(error) => unknown(error),
                },
                Gate::Signature { identity, issuer, key } => {
                    let root = self.delivery.repository.root();
                    let cosign = self.request.access.cosign.as_deref();
                    let signer = Signer {
                        identity: identity.as_deref(),
                        issuer: issuer.as_deref(),
                        key: key.as_deref(),
                    };
                    signature::judge(root, cosign, signer, candidate).await
                }
                Gate::Rebuild {} => {
                    rebuild::judge(&self.delivery.repository, self.rebuilt.as_ref(), candidate).await?
                }
                Gate::Checks { names } => self.checks(names, candidate).await,
                Gate::Soak { duration } => match &self.environment.from {
                    Some(from) => soak::judge(self.history, from, candidate, *duration, self.request.now),
                    None => (Outcome::Absent, "argosy.toml gives the environment no `from`".into()),
                },
                Gate::Freeze { windows } => freeze::judge(windows, self.request.now),
            };
            let evidence = evidence.split_whitespace().collect::<Vec<_>>().join(" ");
            judged.push(Judged { gate: gate.name(), outcome, evidence });
        }
        Ok(judged)
    }

    async fn checks(&self, names: &[String], candidate: &Candidate) -> Verdict {
        let Some(source) = &candidate.source else { return no_source(&candidate.digest) };
        let Delivery { repository, config } = self.delivery;
        checks::judge(repository, config, &self.request.access, names, source).await
    }
}

fn digest(manifest: &Result<Manifest, Error>) -> Verdict {
    match manifest {
        Ok(manifest) => (Outcome::Pass, format!("the registry has it: {}", manifest.describe())),
        Err(error) => unknown(error),
    }
}

/// What an error of a registry or a code host means: that something is wrong, or that nobody can say.
pub(super) fn unknown(error: &Error) -> Verdict {
    let is_wrong = matches!(
        error,
        Error::Peer(
            PeerError::NotInRegistry { .. }
                | PeerError::WrongContent { .. }
                | PeerError::MalformedImage { .. }
        )
    );
    (if is_wrong { Outcome::Fail } else { Outcome::Absent }, error.to_string())
}

/// What a gate says that needs to know what a digest was built from.
pub(super) fn no_source(digest: &Digest) -> Verdict {
    (Outcome::Absent, format!("no commit's trailers name the source commit of {digest}"))
}
