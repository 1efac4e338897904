//! Azure DevOps (<https://learn.microsoft.com/en-us/rest/api/azure/devops/git/>).

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Check, CheckState, CodeHost, Draft, encoded, list};
use crate::CommitId;

const VERSION: &str = "api-version=7.1";

/// A repository of a project.
#[derive(Debug)]
pub(super) struct Azure {
    /// Where its API is.
    base: String,
    /// Where its pages are.
    page: String,
}

impl Azure {
    /// `organisation/project/repository`.
    pub(super) fn new(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let [organisation, project, repository] = parts[..] else { return None };
        Some(Self {
            base: format!("/{organisation}/{project}/_apis/git/repositories/{repository}"),
            page: format!("/{organisation}/{project}/_git/{repository}"),
        })
    }
}

impl CodeHost for Azure {
    /// A personal token is a password of nobody; that of a pipeline may be, too.
    fn authorize(&self, request: RequestBuilder, token: &SecretString) -> RequestBuilder {
        request.basic_auth("", Some(token.expose_secret()))
    }

    /// The latest of each name, on one page.
    fn checks(&self, commit: &CommitId) -> Vec<String> {
        vec![format!("{}/commits/{commit}/statuses?latestOnly=true&top=99&{VERSION}", self.base)]
    }

    fn read_checks(&self, page: &Value) -> Option<Vec<Check>> {
        list(page, Some("value"))?.iter().map(status).collect()
    }

    fn body_limit(&self) -> usize {
        4_000
    }

    fn open_requests(&self, draft: &Draft) -> String {
        let reference = |branch: &str| encoded(&format!("refs/heads/{branch}"));
        let (from, to) = (reference(&draft.from), reference(&draft.to));
        format!(
            "{}/pullrequests?searchCriteria.status=active&searchCriteria.sourceRefName={from}&searchCriteria.targetRefName={to}&{VERSION}",
            self.base
        )
    }

    fn read_requests<'v>(&self, answer: &'v Value) -> Option<&'v Vec<Value>> {
        list(answer, Some("value"))
    }

    fn open(&self, draft: &Draft) -> (String, Value) {
        let Draft { from, to, title, body } = draft;
        let request = json!({
            "sourceRefName": format!("refs/heads/{from}"), "targetRefName": format!("refs/heads/{to}"),
            "title": title, "description": body,
        });
        (format!("{}/pullrequests?{VERSION}", self.base), request)
    }

    fn update(&self, number: u64, draft: &Draft) -> (Method, String, Value) {
        let request = json!({"title": draft.title, "description": draft.body});
        (Method::PATCH, format!("{}/pullrequests/{number}?{VERSION}", self.base), request)
    }

    /// Its answers name their own address in the API, and not always the page.
    fn read_request(&self, request: &Value, api: &str) -> Option<(u64, String)> {
        let number = request["pullRequestId"].as_u64()?;
        Some((number, format!("{api}{}/pullrequest/{number}", self.page)))
    }
}

fn status(status: &Value) -> Option<Check> {
    let state = match status["state"].as_str()? {
        "succeeded" | "notApplicable" => CheckState::Green,
        "pending" | "notSet" => CheckState::Running,
        _ => CheckState::Red,
    };
    Some(Check { name: status["context"]["name"].as_str()?.into(), state })
}
