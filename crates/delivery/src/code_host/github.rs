//! GitHub (<https://docs.github.com/en/rest>).

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Check, CheckState, CodeHost, PAGE, list};
use crate::CommitId;

/// A repository.
#[derive(Debug)]
pub(super) struct GitHub {
    path: String,
}

impl GitHub {
    pub(super) fn new(path: &str) -> Option<Self> {
        let (owner, name) = path.split_once('/')?;
        (!owner.is_empty() && !name.is_empty() && !name.contains('/')).then(|| Self { path: path.to_owned() })
    }
}

impl CodeHost for GitHub {
    fn authorize(&self, request: RequestBuilder, token: &SecretString) -> RequestBuilder {
        request.bearer_auth(token.expose_secret()).header("X-GitHub-Api-Version", "2022-11-28")
    }

    /// Of GitHub's own kind, and of the older one that other systems use.
    fn checks(&self, commit: &CommitId) -> Vec<String> {
        let of = |kind: &str| format!("/repos/{}/commits/{commit}/{kind}?per_page={PAGE}", self.path);
        vec![of("check-runs"), of("status")]
    }

    fn read_checks(&self, page: &Value) -> Option<Vec<Check>> {
        if let Some(runs) = list(page, Some("check_runs")) {
            return runs.iter().map(check_run).collect();
        }
        list(page, Some("statuses"))?.iter().map(status).collect()
    }
}

fn check_run(run: &Value) -> Option<Check> {
    let state = match (run["status"].as_str()?, run["conclusion"].as_str()) {
        // As the rules of a branch take them.
        ("completed", Some("success" | "neutral" | "skipped")) => CheckState::Green,
        ("completed", _) => CheckState::Red,
        _ => CheckState::Running,
    };
    Some(Check { name: run["name"].as_str()?.into(), state })
}

fn status(status: &Value) -> Option<Check> {
    let state = match status["state"].as_str()? {
        "success" => CheckState::Green,
        "pending" => CheckState::Running,
        _ => CheckState::Red,
    };
    Some(Check { name: status["context"].as_str()?.into(), state })
}
