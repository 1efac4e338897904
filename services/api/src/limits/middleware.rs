//! Applies the limits of a bearer, and says in every answer what is left of them.

use axum::{
    extract::{Extension, Request, State},
    http::HeaderName,
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{Decision, Limit, Limits};
use crate::{auth::BearerHash, auth::secret, problem::ApiError, state::AppState};

/// How many pass in a minute.
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
/// How many more may pass now.
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// Seconds until all of the limit is there again.
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Limits the requests of a bearer.
pub(crate) async fn limit_requests(
    State(state): State<AppState>,
    Extension(bearer): Extension<BearerHash>,
    request: Request,
    next: Next,
) -> Response {
    run(&state.limits, state.limits.requests.as_ref(), bearer, request, next).await
}

/// Limits the batches of a bearer.
pub(crate) async fn limit_batches(
    State(state): State<AppState>,
    Extension(bearer): Extension<BearerHash>,
    request: Request,
    next: Next,
) -> Response {
    run(&state.limits, state.limits.batches.as_ref(), bearer, request, next).await
}

async fn run(
    limits: &Limits,
    limit: Option<&Limit>,
    bearer: BearerHash,
    request: Request,
    next: Next,
) -> Response {
    let Some(limit) = limit else { return next.run(request).await };
    let decision = limits.take(limit, &secret::hex(&bearer.0)).await;
    let mut response = match decision.retry_after {
        None => next.run(request).await,
        Some(retry_after) => ApiError::TooManyRequests { retry_after }.into_response(),
    };
    describe(decision, &mut response);
    response
}

fn describe(decision: Decision, response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(LIMIT, decision.limit.into());
    headers.insert(REMAINING, decision.remaining.into());
    headers.insert(RESET, decision.reset.as_millis().div_ceil(1000).to_string().parse().unwrap_or(0.into()));
}
