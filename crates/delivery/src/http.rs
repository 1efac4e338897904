//! Calls of registries and code hosts: bounded in time and in size, and never without TLS but on this machine or where it is asked for.

use std::{error::Error as _, time::Duration};

use reqwest::{Client, RequestBuilder, StatusCode, header::HeaderMap, redirect::Policy};
use serde::de::DeserializeOwned;
use url::{Host, Url};

use crate::{Error, PeerError};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may take, with its body.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How often a registry may point elsewhere.
const REDIRECTS: usize = 5;
/// How much of an error's body is shown.
const SHOWN: usize = 200;

/// A client of HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Http(Client);

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Http {
    /// A client that follows where a registry keeps its blobs elsewhere, but never from TLS to none.
    pub(crate) fn following() -> Result<Self, Error> {
        Self::with(Policy::custom(|attempt| {
            let was_secure = attempt.previous().last().is_some_and(|previous| previous.scheme() == "https");
            if attempt.previous().len() > REDIRECTS || (was_secure && attempt.url().scheme() != "https") {
                attempt.stop()
            } else {
                attempt.follow()
            }
        }))
    }

    /// A client that follows nothing, so that a token goes to nobody else.
    pub(crate) fn direct() -> Result<Self, Error> {
        Self::with(Policy::none())
    }

    fn with(policy: Policy) -> Result<Self, Error> {
        let client = Client::builder()
            .redirect(policy)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent(concat!("argosy/", env!("CARGO_PKG_VERSION")))
            .build();
        let unanswered = |error| PeerError::Unanswered { address: "HTTP".into(), reason: reason(error) };
        client.map(Self).map_err(|error| unanswered(error).into())
    }

    /// The client, to make a request with.
    pub(crate) fn client(&self) -> &Client {
        &self.0
    }

    /// Sends a request, and takes at most so many bytes of its answer.
    pub(crate) async fn send(&self, request: RequestBuilder, limit: usize) -> Result<Answer, Error> {
        let unanswered = |address: &str, error| PeerError::Unanswered {
            address: address.to_owned(),
            reason: reason(error),
        };
        let request = request.build().map_err(|error| unanswered("the address", error))?;
        let address = address(request.url());
        let mut response = self.0.execute(request).await.map_err(|error| unanswered(&address, error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&address, error))? {
            if body.len() + chunk.len() > limit {
                return Err(PeerError::TooLong { address, limit }.into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    /// Its body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, who: &str) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let reason = format!("the answer is not what is documented: {error}");
            PeerError::Unreadable { who: who.to_owned(), reason }.into()
        })
    }

    /// The beginning of its body, in a line.
    pub(crate) fn says(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        words.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
    }
}

/// Fails where an address would be called without TLS, though it is neither on this machine nor named as such.
pub(crate) fn expect_secure(url: &Url, plain: &[String]) -> Result<(), Error> {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let authority = authority(url);
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_here || plain.contains(&authority) => Ok(()),
        _ => Err(PeerError::Plain { address: authority }.into()),
    }
}

/// Host and port.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// An address without what is nobody's business.
fn address(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), authority(url), url.path())
}

/// An error with its causes, in a line, and without its address.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut reasons = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        reasons.push(error.to_string());
        cause = error.source();
    }
    reasons.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_here_or_where_it_is_named() {
        let plain = ["registry.lan:5000".to_owned()];
        for (address, is_right) in [
            ("https://ghcr.io/v2/", true),
            ("http://localhost:5000/v2/", true),
            ("http://127.0.0.1:5000/", true),
            ("http://[::1]:5000/", true),
            ("http://registry.lan:5000/", true),
            ("http://registry.lan/", false),
            ("http://localhost.example/", false),
            ("ftp://localhost/", false),
        ] {
            let result = expect_secure(&address.parse().unwrap(), &plain);
            assert_eq!(result.is_ok(), is_right, "{address}");
        }
    }
}
