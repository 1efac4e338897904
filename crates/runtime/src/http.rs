//! Middleware that every HTTP service wears: request ids, a span a request, metrics, and panics as problems.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode},
    middleware::{self, Next},
    response::Response,
};
use tower_http::{catch_panic::CatchPanicLayer, timeout::RequestBodyTimeoutLayer};
use tracing::Instrument as _;

use crate::problem;

/// The header that names a request in logs and in problems.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long a client may stop in the middle of a body.
const BODY_IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// Wraps a service's routes. `metric` is the name of its histogram of seconds a request.
pub fn layers(router: Router, metric: &'static str) -> Router {
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(RequestBodyTimeoutLayer::new(BODY_IDLE_TIMEOUT))
        .layer(middleware::from_fn(move |request, next| observe(metric, request, next)))
}

async fn observe(metric: &'static str, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request.headers().get(REQUEST_ID).filter(|id| is_sane(id)).cloned().unwrap_or_else(new_id);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        http.method = %method,
        http.route = route,
        request.id = id.to_str().unwrap_or_default(),
    );
    let mut response = problem::complete(next.run(request).instrument(span.clone()).await, &id);
    let (status, took) = (response.status(), started.elapsed());
    span.in_scope(|| {
        let (status, milliseconds) = (status.as_u16(), took.as_millis());
        if status >= 500 {
            tracing::warn!(http.status = status, duration.ms = milliseconds, "A request failed.");
        } else {
            tracing::debug!(http.status = status, duration.ms = milliseconds, "A request was answered.");
        }
    });
    let labels =
        [("method", known(&method)), ("route", route.into()), ("status", status.as_str().to_owned().into())];
    metrics::histogram!(metric, &labels).record(took.as_secs_f64());
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The method as a label: what clients invent must not make new time series.
fn known(method: &Method) -> Cow<'static, str> {
    const METHODS: [Method; 7] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    if METHODS.contains(method) { method.as_str().to_owned().into() } else { "other".into() }
}

/// Whether an id from outside may stand in our logs.
fn is_sane(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn new_id() -> HeaderValue {
    HeaderValue::from_str(&uuid::Uuid::now_v7().simple().to_string()).expect("hex digits are a valid header")
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer calls")]
fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = message, "A request handler panicked.");
    problem::respond(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. The request id finds it in the logs.",
    )
}
