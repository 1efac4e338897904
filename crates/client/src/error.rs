//! Why a request failed.

use std::error::Error as _;

use argosy_wire::api::problem::Problem;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API answered with a problem.
    #[error("{}", describe(.0))]
    Problem(Box<Problem>),
    /// The API could not be reached, or its answer broke off.
    #[error("the API cannot be reached: {}", root_cause(.0))]
    Transport(#[source] reqwest::Error),
    /// The answer is not what the API should say: another version, or something else at its address.
    #[error("the API's answer cannot be understood: {0}")]
    Decode(String),
    /// The client cannot be made of this configuration.
    #[error("{0}")]
    Configuration(String),
}

fn describe(problem: &Problem) -> String {
    let detail = problem.detail.as_deref().unwrap_or(&problem.title);
    match &problem.request_id {
        Some(id) => format!("{detail} (HTTP {}, request {id})", problem.status),
        None => format!("{detail} (HTTP {})", problem.status),
    }
}

/// What people want to know: "connection refused" rather than "error sending request".
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // The address may hold what does not belong in a log.
        Self::Transport(error.without_url())
    }
}

impl Error {
    /// The HTTP status, where the API answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            _ => None,
        }
    }

    /// Whether the same request may succeed later: the API is away, busy, or its database is.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status >= 500 || matches!(problem.status, 408 | 429),
            Self::Transport(_) => true,
            Self::Decode(_) | Self::Configuration(_) => false,
        }
    }

    /// Whether nothing was sent, because no connection could be made.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_connect())
    }

    /// Whether the API took too long; the request may have been carried out.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_timeout())
    }

    /// Whether the bearer is missing, wrong, expired or revoked (401), or may not do this (403).
    pub fn is_denied(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// Whether Argosy itself said so, rather than something that stands in front of it.
    pub fn is_from_argosy(&self) -> bool {
        matches!(self, Self::Problem(problem) if problem.kind.starts_with("urn:argosy:problem:"))
    }
}
