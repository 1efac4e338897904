//! Bitbucket Cloud (<https://developer.atlassian.com/cloud/bitbucket/rest/>).

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Check, CheckState, CodeHost, Draft, PAGE, encoded, list};
use crate::CommitId;

/// A repository of a workspace.
#[derive(Debug)]
pub(super) struct Bitbucket {
    path: String,
}

impl Bitbucket {
    pub(super) fn new(path: &str) -> Option<Self> {
        let (workspace, name) = path.split_once('/')?;
        (!workspace.is_empty() && !name.is_empty() && !name.contains('/'))
            .then(|| Self { path: path.to_owned() })
    }
}

impl CodeHost for Bitbucket {
    fn authorize(&self, request: RequestBuilder, token: &SecretString) -> RequestBuilder {
        request.bearer_auth(token.expose_secret())
    }

    fn checks(&self, commit: &CommitId) -> Vec<String> {
        vec![format!("/repositories/{}/commit/{commit}/statuses?pagelen={PAGE}", self.path)]
    }

    fn read_checks(&self, page: &Value) -> Option<Vec<Check>> {
        list(page, Some("values"))?.iter().map(status).collect()
    }

    fn body_limit(&self) -> usize {
        32_768
    }

    /// By its language for filters (<https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering>).
    fn open_requests(&self, draft: &Draft) -> String {
        let Draft { from, to, .. } = draft;
        let filter = format!(
            "state = \"OPEN\" AND source.branch.name = \"{from}\" AND destination.branch.name = \"{to}\" AND source.repository.full_name = \"{}\"",
            self.path
        );
        format!("/repositories/{}/pullrequests?q={}", self.path, encoded(&filter))
    }

    fn read_requests<'v>(&self, answer: &'v Value) -> Option<&'v Vec<Value>> {
        list(answer, Some("values"))
    }

    fn open(&self, draft: &Draft) -> (String, Value) {
        let Draft { from, to, title, body } = draft;
        let request = json!({
            "title": title, "description": body, "close_source_branch": true,
            "source": {"branch": {"name": from}}, "destination": {"branch": {"name": to}},
        });
        (format!("/repositories/{}/pullrequests", self.path), request)
    }

    fn update(&self, number: u64, draft: &Draft) -> (Method, String, Value) {
        let request = json!({"title": draft.title, "description": draft.body});
        (Method::PUT, format!("/repositories/{}/pullrequests/{number}", self.path), request)
    }

    fn read_request(&self, request: &Value, _api: &str) -> Option<(u64, String)> {
        Some((request["id"].as_u64()?, request["links"]["html"]["href"].as_str()?.to_owned()))
    }
}

fn status(status: &Value) -> Option<Check> {
    let state = match status["state"].as_str()? {
        "SUCCESSFUL" => CheckState::Green,
        "INPROGRESS" => CheckState::Running,
        _ => CheckState::Red,
    };
    let name = status["name"].as_str().or_else(|| status["key"].as_str())?;
    Some(Check { name: name.into(), state })
}
