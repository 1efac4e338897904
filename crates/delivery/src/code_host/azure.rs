//! Azure DevOps (<https://learn.microsoft.com/en-us/rest/api/azure/devops/git/>).

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Check, CheckState, CodeHost, list};
use crate::CommitId;

const VERSION: &str = "api-version=7.1";

/// A repository of a project.
#[derive(Debug)]
pub(super) struct Azure {
    /// Where its API is.
    base: String,
}

impl Azure {
    /// `organisation/project/repository`.
    pub(super) fn new(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let [organisation, project, repository] = parts[..] else { return None };
        Some(Self { base: format!("/{organisation}/{project}/_apis/git/repositories/{repository}") })
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
}

fn status(status: &Value) -> Option<Check> {
    let state = match status["state"].as_str()? {
        "succeeded" | "notApplicable" => CheckState::Green,
        "pending" | "notSet" => CheckState::Running,
        _ => CheckState::Red,
    };
    Some(Check { name: status["context"]["name"].as_str()?.into(), state })
}
