//! A pull request: found, opened or updated. GitLab calls it a merge request.

use serde::Serialize;
use serde_json::Value;

use super::Hosted;
use crate::Error;

/// What a pull request is to be.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The branch that it brings.
    pub(crate) from: String,
    /// The branch that it goes to.
    pub(crate) to: String,
    pub(crate) title: String,
    pub(crate) body: String,
}

/// What came of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drawn {
    /// It is a new pull request.
    Opened,
    /// It was open already, and says this now.
    Updated,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PullRequest {
    /// What its host calls it: a pull request, or a merge request.
    pub kind: &'static str,
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// Whether it is new.
    pub outcome: Drawn,
}

impl Hosted {
    /// How many characters of a body the host keeps.
    pub(crate) fn body_limit(&self) -> usize {
        self.host.body_limit()
    }

    /// The number of the pull request that is open between the branches of a draft.
    pub(crate) async fn find_request(&self, draft: &Draft) -> Result<Option<u64>, Error> {
        let answer = self.get(&self.host.open_requests(draft)).await?;
        let requests = self.host.read_requests(&answer).ok_or_else(|| self.unreadable("pull requests"))?;
        let Some(first) = requests.first() else { return Ok(None) };
        let read = self.host.read_request(first, self.api());
        read.map(|(number, _)| Some(number)).ok_or_else(|| self.unreadable("number of a pull request"))
    }

    /// Opens a pull request, or makes the one of this number say what the draft does.
    pub(crate) async fn draw(&self, draft: &Draft, open: Option<u64>) -> Result<PullRequest, Error> {
        if let Some(number) = open {
            return self.update(number, draft).await;
        }
        let (path, body) = self.host.open(draft);
        let request = self.http.client().post(self.address(&path)).json(&body);
        let answer = match self.send(request).await {
            Ok(answer) => answer,
            // Somebody else may have been faster.
            Err(error) => match self.find_request(draft).await {
                Ok(Some(number)) => return self.update(number, draft).await,
                _ => return Err(error),
            },
        };
        self.drawn(&answer, Drawn::Opened)
    }

    async fn update(&self, number: u64, draft: &Draft) -> Result<PullRequest, Error> {
        let (method, path, body) = self.host.update(number, draft);
        let request = self.http.client().request(method, self.address(&path)).json(&body);
        self.drawn(&self.send(request).await?, Drawn::Updated)
    }

    fn drawn(&self, answer: &Value, outcome: Drawn) -> Result<PullRequest, Error> {
        let (number, url) = self
            .host
            .read_request(answer, self.api())
            .ok_or_else(|| self.unreadable("number and page of a pull request"))?;
        Ok(PullRequest { kind: self.host.calls_it(), number, url, outcome })
    }

    pub(super) fn api(&self) -> &str {
        self.api.as_str().trim_end_matches('/')
    }
}
