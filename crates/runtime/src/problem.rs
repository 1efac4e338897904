//! Answers that are RFC 9457 problems.

use argosy_problem::{CONTENT_TYPE, Problem};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// A problem on its way out: [`complete`] writes it with the request's id.
#[derive(Debug, Clone)]
struct Pending(Problem);

/// An answer that is a problem. `detail` says what is wrong with this request, and what to try. [`crate::http::layers`] adds the request's id.
pub fn respond(status: StatusCode, detail: impl Into<String>) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let problem = Problem {
        kind: format!("urn:argosy:problem:{}", title.to_lowercase().replace([' ', '-'], "_")),
        title: title.to_owned(),
        status: status.as_u16(),
        detail: Some(detail.into()),
        request_id: None,
    };
    let mut response = status.into_response();
    response.extensions_mut().insert(Pending(problem));
    response
}

/// Writes the problem that a response is to be, if it is to be one.
pub(crate) fn complete(mut response: Response, id: &HeaderValue) -> Response {
    let Some(Pending(mut problem)) = response.extensions_mut().remove::<Pending>() else { return response };
    problem.request_id = id.to_str().ok().map(Into::into);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    // An empty body's length is known already, and would stay.
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    *response.body_mut() = Body::from(body);
    response
}
