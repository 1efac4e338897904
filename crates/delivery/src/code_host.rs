//! The host that keeps the repository: what its checks say of a commit, and its pull requests. What hosts have in common is here; how
//! each says it, below.

mod address;
mod azure;
mod bitbucket;
mod github;
mod gitlab;
mod pull_request;

pub(crate) use pull_request::Draft;
pub use pull_request::{Drawn, PullRequest};

use reqwest::{Method, RequestBuilder, StatusCode, header::ACCEPT};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use crate::{
    Access, CommitId, Config, Error, HostConfig, HostKind, PeerError,
    http::{Http, expect_secure},
};

/// An answer of a host.
const LIMIT: usize = 16 << 20;
/// Entries of a page, which each host allows.
const PAGE: usize = 100;
/// Pages that are asked for.
const PAGES: usize = 10;

/// How a host speaks.
trait CodeHost: std::fmt::Debug + Send + Sync {
    /// Shows the token.
    fn authorize(&self, request: RequestBuilder, token: &SecretString) -> RequestBuilder;
    /// Where the checks of a commit are; all but the number of the page.
    fn checks(&self, commit: &CommitId) -> Vec<String>;
    /// The checks of a page.
    fn read_checks(&self, page: &Value) -> Option<Vec<Check>>;

    /// What it calls a pull request.
    fn calls_it(&self) -> &'static str {
        "pull request"
    }
    /// How many characters of a pull request's body it keeps.
    fn body_limit(&self) -> usize;
    /// Where the pull requests are that are open from a branch to another.
    fn open_requests(&self, draft: &Draft) -> String;
    /// Those of an answer.
    fn read_requests<'v>(&self, answer: &'v Value) -> Option<&'v Vec<Value>>;
    /// How one is opened.
    fn open(&self, draft: &Draft) -> (String, Value);
    /// How one gets another title and body.
    fn update(&self, number: u64, draft: &Draft) -> (Method, String, Value);
    /// Its number and its page; `api` is where the API is.
    fn read_request(&self, request: &Value, api: &str) -> Option<(u64, String)>;
}

/// What a check says of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) state: CheckState,
}

/// How a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckState {
    Green,
    Running,
    Red,
}

/// A host, and the token for it.
#[derive(Debug)]
pub(crate) struct Hosted {
    kind: HostKind,
    api: Url,
    host: Box<dyn CodeHost>,
    token: SecretString,
    http: Http,
}

impl Hosted {
    /// The host of a remote; none where nobody can tell which it is.
    pub(crate) fn of(config: &Config, remote_url: &str, access: &Access) -> Result<Option<Self>, Error> {
        let found = address::Found::of(remote_url);
        let (kind, api, path) = match &config.host {
            Some(HostConfig { kind, api, repository }) => {
                let path = repository.clone().or_else(|| found.map(|found| found.path));
                (*kind, api.clone(), path.unwrap_or_default())
            }
            None => match found.and_then(|found| Some((found.kind()?, found.path))) {
                Some((kind, path)) => (kind, None, path),
                None => return Ok(None),
            },
        };
        let api = api.unwrap_or_else(|| kind.public_api().into());
        let api: Url = api.parse().map_err(|_| {
            Error::Config(format!("host.api: '{api}' is no address, such as https://api.github.com"))
        })?;
        expect_secure(&api, &config.plain_http)?;
        let host: Option<Box<dyn CodeHost>> = match kind {
            HostKind::GitHub => github::GitHub::new(&path).map(|host| Box::new(host) as _),
            HostKind::GitLab => gitlab::GitLab::new(&path).map(|host| Box::new(host) as _),
            HostKind::Bitbucket => bitbucket::Bitbucket::new(&path).map(|host| Box::new(host) as _),
            HostKind::Azure => azure::Azure::new(&path).map(|host| Box::new(host) as _),
        };
        let host = host.ok_or_else(|| {
            Error::Config(format!("host.repository: '{path}' is no repository of {}", kind.as_str()))
        })?;
        let token = access.tokens.get(&kind).cloned().ok_or_else(|| PeerError::NoToken {
            host: kind.as_str(),
            variables: kind.token_variables().join(" or "),
        })?;
        Ok(Some(Self { kind, api, host, token, http: Http::direct()? }))
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &'static str {
        self.kind.as_str()
    }

    /// Every check of a commit.
    pub(crate) async fn checks(&self, commit: &CommitId) -> Result<Vec<Check>, Error> {
        let mut checks = Vec::new();
        for path in self.host.checks(commit) {
            for page in 1..=PAGES {
                let and = if path.contains('?') { '&' } else { '?' };
                let answer = self.get(&format!("{path}{and}page={page}")).await?;
                let found = self.host.read_checks(&answer).ok_or_else(|| self.unreadable("checks"))?;
                let is_full = found.len() == PAGE;
                checks.extend(found);
                match is_full {
                    false => break,
                    true if page == PAGES => {
                        return Err(self.unreadable("checks, of which there are too many"));
                    }
                    true => {}
                }
            }
        }
        Ok(checks)
    }

    async fn get(&self, path: &str) -> Result<Value, Error> {
        self.send(self.http.client().get(self.address(path))).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.api())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value, Error> {
        let request = self.host.authorize(request, &self.token).header(ACCEPT, "application/json");
        let answer = self.http.send(request, LIMIT).await?;
        // Azure DevOps answers who is nobody with a page to sign in, as 203.
        let is_page = answer.status == StatusCode::NON_AUTHORITATIVE_INFORMATION;
        if answer.status.is_success() && !is_page {
            return answer.json(self.name());
        }
        let hint = match answer.status {
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
                let variables = self.kind.token_variables().join(" or ");
                format!(
                    ". Whether {variables} has a token that may do this for this repository, its settings say"
                )
            }
            _ => String::new(),
        };
        Err(PeerError::HostRefused {
            host: self.name(),
            status: answer.status.as_u16(),
            says: answer.says() + &hint,
        }
        .into())
    }

    fn unreadable(&self, what: &str) -> Error {
        let reason = format!("its answer has no {what} as documented");
        PeerError::Unreadable { who: self.name().into(), reason }.into()
    }
}

/// The list under a key, or the answer itself, each read in the same way.
fn list<'v>(value: &'v Value, key: Option<&str>) -> Option<&'v Vec<Value>> {
    key.map_or(Some(value), |key| value.get(key))?.as_array()
}

/// A path's part, with whatever is in it.
fn encoded(text: &str) -> String {
    let mut url = Url::parse("x:").expect("it is an address");
    url.query_pairs_mut().append_key_only(text);
    // A query writes a space as a plus, which a path does not understand.
    url.query().unwrap_or_default().replace('+', "%20")
}
