//! The gate `signature`: whether the program `cosign` finds one by whom `argosy.toml` names.

use std::path::Path;

use super::{Candidate, Outcome, Verdict};
use crate::{Error, process::Program};

/// Its minute has to do for the registry and Sigstore's log.
pub(crate) const COSIGN: Program = Program {
    name: "cosign",
    try_this: "https://docs.sigstore.dev/cosign/system_config/installation/ has it",
};

/// Who has to have signed, as `argosy.toml` says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signer<'g> {
    pub(super) identity: Option<&'g str>,
    pub(super) issuer: Option<&'g str>,
    pub(super) key: Option<&'g str>,
}

/// Asks cosign.
pub(super) async fn judge(
    root: &Path,
    cosign: Option<&Path>,
    signer: Signer<'_>,
    candidate: &Candidate,
) -> Verdict {
    let (options, by) = match signer {
        Signer { key: Some(key), .. } => (vec![format!("--key={key}")], format!("the key {key}")),
        Signer { identity: Some(identity), issuer: Some(issuer), .. } => (
            vec![
                format!("--certificate-identity-regexp={identity}"),
                format!("--certificate-oidc-issuer={issuer}"),
            ],
            format!("{identity}, vouched for by {issuer}"),
        ),
        // Anybody can sign anything: a signature means something only by who made it.
        _ => {
            let why = "argosy.toml names no `identity` and `issuer`, so anybody's signature would do";
            return (Outcome::Absent, why.into());
        }
    };
    let Some(call) = COSIGN.call(cosign, root) else {
        return (Outcome::Absent, format!("cosign is not in PATH: {}", COSIGN.try_this));
    };
    let call = call
        .argument("verify")
        .arguments(options)
        .argument("--output=json")
        .argument(format!("{}@{}", candidate.image, candidate.digest));
    match call.finish(root).await {
        Ok(finished) if finished.is_success => (Outcome::Pass, format!("cosign verifies it: by {by}")),
        Ok(finished) => {
            let says = finished.stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            (Outcome::Fail, format!("cosign does not verify it: {says}"))
        }
        Err(error @ (Error::NoProgram { .. } | Error::TimedOut { .. })) => {
            (Outcome::Absent, error.to_string())
        }
        Err(error) => (Outcome::Fail, error.to_string()),
    }
}
