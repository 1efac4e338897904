//! `argosy verify`: whether the digests of an environment pass the gates that `argosy.toml` gives it.
//!
//! A gate passes, fails, or is absent: absent is what cannot be known here, since a program, a token or a record is missing. It is
//! never taken for passed.
//!
//! A pull request is asked about before it is merged: where the commit that is checked out is not in the branch and changes the
//! environment, it is asked about the digests that it would bring.

mod asked;
mod attestation;
mod checks;
mod freeze;
mod gates;
mod rebuild;
mod signature;
mod soak;

pub(crate) use signature::COSIGN;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::asked::Asked;
use crate::{
    Access, CommitId, Delivery, Digest, Environment, EnvironmentName, Error, Hold, ServiceName,
    history::{History, Scope},
    overlay::Overlay,
    registry::ImageName,
};

/// What to verify.
#[derive(Debug, Clone)]
pub struct VerifyRequest {
    /// The environment whose gates are asked.
    pub environment: String,
    /// Not what it has, but what a promotion from this one would bring.
    pub from: Option<String>,
    /// The services; left out, all that it has.
    pub services: Vec<String>,
    /// A file with the digests that a rebuild gave, by service.
    pub rebuilt: Option<PathBuf>,
    /// What there is to show registries and code hosts.
    pub access: Access,
    /// When it is.
    pub now: DateTime<Utc>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// The environment.
    pub environment: EnvironmentName,
    /// Where the digests would come from; none where it has them.
    pub from: Option<EnvironmentName>,
    /// The branch's head that this is read from.
    pub head: CommitId,
    /// The commit that would bring the digests, where it is not in the branch yet.
    pub proposed: Option<CommitId>,
    /// The worst of all.
    pub outcome: Outcome,
    /// Each service.
    pub services: Vec<VerifiedService>,
    /// What a promotion would leave as it is.
    pub unchanged: Vec<ServiceName>,
    /// What is held, so that nothing comes.
    pub held: Vec<Hold>,
}

/// What came of a service's gates.
#[derive(Debug, Clone, Serialize)]
pub struct VerifiedService {
    /// The service.
    pub service: ServiceName,
    /// Where it is pulled from.
    pub image: String,
    /// Its digest.
    pub digest: Digest,
    /// The commit that it was built from, where one is known.
    pub source_commit: Option<CommitId>,
    /// The gates, in the order of `argosy.toml`.
    pub gates: Vec<Judged>,
}

/// What came of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The gate, as `argosy.toml` calls it.
    pub gate: &'static str,
    /// Whether it passes.
    pub outcome: Outcome,
    /// Why, in a line.
    pub evidence: String,
}

/// Whether something passes; the later, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It does.
    Pass,
    /// That is not known here.
    Absent,
    /// It does not.
    Fail,
}

impl Outcome {
    /// The worst that gates say; where there are none, everything passes.
    pub(crate) fn worst(services: &[VerifiedService]) -> Self {
        let judged = services.iter().flat_map(|service| &service.gates);
        judged.map(|judged| judged.outcome).max().unwrap_or(Self::Pass)
    }

    /// How many gates say so.
    pub fn count(self, services: &[VerifiedService]) -> usize {
        let judged = services.iter().flat_map(|service| &service.gates);
        judged.filter(|judged| judged.outcome == self).count()
    }

    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Absent => "absent",
            Self::Fail => "fail",
        }
    }
}

/// What a gate says: an outcome and its evidence.
pub(crate) type Verdict = (Outcome, String);

/// What is to pass.
#[derive(Debug)]
pub(crate) struct Candidate {
    service: ServiceName,
    image: ImageName,
    digest: Digest,
    source: Option<CommitId>,
}

impl Delivery {
    /// Asks an environment's gates.
    pub async fn verify(&self, request: &VerifyRequest) -> Result<Verification, Error> {
        let environment = self.environment(&request.environment)?;
        let from = match &request.from {
            Some(name) => Some(&self.environment(name)?.name),
            None => None,
        };
        let services = self.services(&request.services)?;
        let head = self.known_head().await?;
        let Asked { digests, proposed, unchanged, held } =
            self.asked(&environment.name, from, &services, &head).await?;
        // What ran is what the branch says, whatever else is proposed.
        let history = self.history(&head, &Scope::all()).await?;
        let services = self.judge(environment, &digests, &head, &history, proposed.as_ref(), request).await?;
        Ok(Verification {
            environment: environment.name.clone(),
            from: from.cloned(),
            head,
            proposed,
            outcome: Outcome::worst(&services),
            services,
            unchanged,
            held,
        })
    }

    /// Asks the gates for these digests; the history is that of all environments, as the branch's head has it.
    pub(crate) async fn judge(
        &self,
        environment: &Environment,
        digests: &[(ServiceName, Digest)],
        head: &CommitId,
        history: &History,
        proposed: Option<&CommitId>,
        request: &VerifyRequest,
    ) -> Result<Vec<VerifiedService>, Error> {
        let commit = proposed.unwrap_or(head);
        let overlay = Overlay::read(&self.repository, &self.config, &environment.name, commit).await?;
        let proposal = match proposed {
            Some(proposed) => Some(self.history(proposed, &Scope::all()).await?),
            None => None,
        };
        let sources = |service: &ServiceName, digest: &Digest| {
            let of = |history: &History| source(history, service, digest);
            of(history).or_else(|| proposal.as_ref().and_then(of))
        };
        let gates = gates::Gates::new(self, environment, history, request)?;
        let mut services = Vec::new();
        for (service, digest) in digests {
            let image = overlay.image(&self.config, service)?;
            let name = image.new_name.unwrap_or_else(|| self.config.image(service));
            let candidate = Candidate {
                service: service.clone(),
                image: name.parse()?,
                digest: digest.clone(),
                source: sources(service, digest),
            };
            let judged = gates.judge(&candidate).await?;
            services.push(VerifiedService {
                service: candidate.service,
                image: candidate.image.to_string(),
                digest: candidate.digest,
                source_commit: candidate.source,
                gates: judged,
            });
        }
        Ok(services)
    }
}

/// The commit that a digest was built from, whichever environment says so.
pub(crate) fn source(history: &History, service: &ServiceName, digest: &Digest) -> Option<CommitId> {
    let changes = history.commits().iter().rev().flat_map(|commit| &commit.images);
    let is_it = |image: &crate::Image| image.digest.as_ref() == Some(digest);
    changes
        .filter(|change| &change.service == service && change.after.as_ref().is_some_and(is_it))
        .find_map(|change| change.source_commit.clone())
}
