//! Bitbucket Cloud (<https://developer.atlassian.com/cloud/bitbucket/rest/>).

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Check, CheckState, CodeHost, PAGE, list};
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
