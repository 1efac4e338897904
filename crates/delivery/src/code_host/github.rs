//! GitHub (<https://docs.github.com/en/rest>).

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Check, CheckState, CodeHost, Draft, PAGE, encoded, list};
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

    fn body_limit(&self) -> usize {
        65_536
    }

    /// A branch of another repository has the same name, so the owner is named as well.
    fn open_requests(&self, draft: &Draft) -> String {
        let owner = self.path.split('/').next().unwrap_or_default();
        let (from, to) = (encoded(&format!("{owner}:{}", draft.from)), encoded(&draft.to));
        format!("/repos/{}/pulls?state=open&head={from}&base={to}", self.path)
    }

    fn read_requests<'v>(&self, answer: &'v Value) -> Option<&'v Vec<Value>> {
        list(answer, None)
    }

    fn open(&self, draft: &Draft) -> (String, Value) {
        let Draft { from, to, title, body } = draft;
        let request = json!({"title": title, "head": from, "base": to, "body": body});
        (format!("/repos/{}/pulls", self.path), request)
    }

    fn update(&self, number: u64, draft: &Draft) -> (Method, String, Value) {
        let request = json!({"title": draft.title, "body": draft.body});
        (Method::PATCH, format!("/repos/{}/pulls/{number}", self.path), request)
    }

    fn read_request(&self, request: &Value, _api: &str) -> Option<(u64, String)> {
        Some((request["number"].as_u64()?, request["html_url"].as_str()?.to_owned()))
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
