//! Every error a request can end with, and its form as an RFC 9457 problem.

use std::time::Duration;

use argosy_wire::api::problem::{CONTENT_TYPE, Problem};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// What a handler fails with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// 400: the request cannot be understood.
    #[error("{0}")]
    BadRequest(String),
    /// 401: no bearer, or one that is unknown, expired or revoked.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// 403: the bearer may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// 404: there is no such thing, or the bearer may not know of it.
    #[error("There is no {0}.")]
    NotFound(String),
    /// 409: it would contradict what is there.
    #[error("{0}")]
    Conflict(String),
    /// 412: somebody else changed it first.
    #[error(
        "It was changed by somebody else since you read it. Read it again, and repeat your change with its new ETag."
    )]
    PreconditionFailed,
    /// 413: too much.
    #[error("{0}")]
    TooLarge(String),
    /// 415: a content type that is not read here.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// 422: understood, and not valid.
    #[error("{0}")]
    Invalid(String),
    /// 428: a change needs If-Match.
    #[error("Send If-Match with the ETag that you last read, so that nobody's change is lost.")]
    PreconditionRequired,
    /// 429: over the rate limit.
    #[error("Too many requests. Wait {} s.", .retry_after.as_secs().max(1))]
    TooManyRequests {
        /// When there is room again.
        retry_after: Duration,
    },
    /// 503: PostgreSQL cannot be reached or does not take the change now.
    #[error("The database cannot be reached at the moment. Nothing of this request was stored; try again.")]
    Unavailable(#[source] sqlx::Error),
    /// 503: no answer in time.
    #[error(
        "There was no answer within {} s. Read what you meant to change before you repeat it: it may have been done.", .0.as_secs()
    )]
    Late(Duration),
    /// 500: our fault. The cause goes to the log, never to the client.
    #[error("Something went wrong on our side. The request id finds it in the logs.")]
    Internal(#[source] anyhow::Error),
}

impl ApiError {
    /// An error that is our fault.
    pub(crate) fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    /// There is no `kind` of this name.
    pub(crate) fn not_found(kind: &str, name: impl std::fmt::Display) -> Self {
        Self::NotFound(format!("{kind} '{name}'"))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) | Self::Late(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// PostgreSQL's error classes in which the server is there but cannot work now: connection exceptions, too many connections,
/// shutdown, crash and recovery, a read-only standby, disk full, lock and statement timeouts, a transaction that was ended because
/// this replica stood still, a password that a cloud has changed and this replica has not read yet.
fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("28")
                || code.starts_with("53")
                || code.starts_with("57")
                || code.starts_with("58")
                || code == "25006"
                || code == "25P03"
                || code == "55P03"
                || is_transient(&code)
        }),
        _ => false,
    }
}

/// Serialization failure and deadlock: the same transaction may succeed when repeated.
pub(crate) fn is_transient(code: &str) -> bool {
    matches!(code, "40001" | "40P01")
}

/// `character_not_in_repertoire` and `untranslatable_character`: what came in is valid UTF-8, so it has a U+0000, which PostgreSQL
/// keeps neither in text nor in jsonb.
fn is_unstorable(code: &str) -> bool {
    matches!(code, "22021" | "22P05")
}

/// The name of the constraint that a database error is about.
pub(crate) fn violated_constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error()?.constraint()
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        if error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| is_unstorable(&code))
        {
            return Self::BadRequest("Text cannot have the character U+0000.".into());
        }
        Self::Internal(error.into())
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<sqlx::Error>() {
            Ok(error) => error.into(),
            Err(error) => Self::Internal(error),
        }
    }
}

/// A problem on its way out: [`render_problems`] writes it with the request's id.
#[derive(Clone)]
struct Pending(Problem);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        match &self {
            Self::Internal(cause) => {
                tracing::error!(error = format!("{cause:#}"), "A request failed by our fault.");
            }
            Self::Unavailable(cause) => tracing::warn!(error = %cause, "The database is not available."),
            Self::Late(timeout) => {
                tracing::warn!(
                    timeout.s = timeout.as_secs(),
                    "A request was given up: its work did not end."
                );
            }
            _ => {}
        }
        let mut response = status.into_response();
        let headers = response.headers_mut();
        match &self {
            Self::Unauthorized(_) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"argosy\""));
            }
            Self::TooManyRequests { retry_after } => {
                headers.insert(header::RETRY_AFTER, retry_after.as_secs().max(1).into());
            }
            Self::Unavailable(_) | Self::Late(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response.extensions_mut().insert(Pending(problem(status, Some(self.to_string()))));
        response
    }
}

fn problem(status: StatusCode, detail: Option<String>) -> Problem {
    let title = status.canonical_reason().unwrap_or("Error");
    let code = title.to_ascii_lowercase().replace([' ', '-'], "_").replace('\'', "");
    Problem {
        kind: format!("urn:argosy:problem:{code}"),
        title: title.to_owned(),
        status: status.as_u16(),
        detail,
        request_id: None,
    }
}

/// Middleware: writes the body of every error, the framework's own included, as a problem with the request's id.
pub(crate) async fn render_problems(request: Request, next: Next) -> Response {
    let request_id =
        request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(ToOwned::to_owned);
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == CONTENT_TYPE);
    let mut body = match response.extensions_mut().remove::<Pending>() {
        Some(Pending(body)) => body,
        None if is_problem => return response,
        None => problem(status, None),
    };
    body.request_id = request_id;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.remove(header::CONTENT_LENGTH);
    let text = serde_json::to_vec(&body).unwrap_or_default();
    *response.body_mut() = Body::from(text);
    response
}
