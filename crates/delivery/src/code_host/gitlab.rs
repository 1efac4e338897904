//! GitLab (<https://docs.gitlab.com/api/rest/>).

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Check, CheckState, CodeHost, Draft, PAGE, encoded, list};
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

    fn calls_it(&self) -> &'static str {
        "merge request"
    }

    fn body_limit(&self) -> usize {
        1_048_576
    }

    fn open_requests(&self, draft: &Draft) -> String {
        let (from, to) = (encoded(&draft.from), encoded(&draft.to));
        let project = &self.project;
        format!("/projects/{project}/merge_requests?state=opened&source_branch={from}&target_branch={to}")
    }

    fn read_requests<'v>(&self, answer: &'v Value) -> Option<&'v Vec<Value>> {
        list(answer, None)
    }

    fn open(&self, draft: &Draft) -> (String, Value) {
        let Draft { from, to, title, body } = draft;
        let request = json!({
            "source_branch": from, "target_branch": to, "title": title, "description": body, "remove_source_branch": true,
        });
        (format!("/projects/{}/merge_requests", self.project), request)
    }

    fn update(&self, number: u64, draft: &Draft) -> (Method, String, Value) {
        let request = json!({"title": draft.title, "description": draft.body});
        (Method::PUT, format!("/projects/{}/merge_requests/{number}", self.project), request)
    }

    /// `iid` is the number that people see, `id` is not.
    fn read_request(&self, request: &Value, _api: &str) -> Option<(u64, String)> {
        Some((request["iid"].as_u64()?, request["web_url"].as_str()?.to_owned()))
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
