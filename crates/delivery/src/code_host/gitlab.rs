//! GitLab (<https://docs.gitlab.com/api/rest/>).

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Check, CheckState, CodeHost, PAGE, encoded, list};
use crate::CommitId;

/// A project.
#[derive(Debug)]
pub(super) struct GitLab {
    project: String,
}

impl GitLab {
    pub(super) fn new(path: &str) -> Option<Self> {
        path.contains('/').then(|| Self { project: encoded(path) })
    }
}

impl CodeHost for GitLab {
    fn authorize(&self, request: RequestBuilder, token: &SecretString) -> RequestBuilder {
        request.bearer_auth(token.expose_secret())
    }

    fn checks(&self, commit: &CommitId) -> Vec<String> {
        vec![format!("/projects/{}/repository/commits/{commit}/statuses?per_page={PAGE}", self.project)]
    }

    fn read_checks(&self, page: &Value) -> Option<Vec<Check>> {
        list(page, None)?.iter().map(status).collect()
    }
}

fn status(status: &Value) -> Option<Check> {
    let state = match status["status"].as_str()? {
        "success" | "skipped" | "manual" => CheckState::Green,
        "failed" | "canceled" if status["allow_failure"].as_bool() == Some(true) => CheckState::Green,
        "failed" | "canceled" => CheckState::Red,
        _ => CheckState::Running,
    };
    Some(Check { name: status["name"].as_str()?.into(), state })
}
