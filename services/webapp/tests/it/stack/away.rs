//! Pages before an API whose database is away.

use argosy_wire::api::problem::{CONTENT_TYPE, Problem};
use axum::{
    Router,
    http::{StatusCode, header},
};
use tokio::net::TcpListener;

/// What the API says why.
pub(crate) const DETAIL: &str = "The database does not answer.";
/// The API's id of each request.
pub(crate) const REQUEST_ID: &str = "019ab1c2d3e4";

/// Starts both, and answers with where the pages are.
pub(crate) async fn start() -> String {
    let problem = Problem {
        kind: "about:blank".into(),
        title: "Service unavailable".into(),
        status: 503,
        detail: Some(DETAIL.into()),
        request_id: Some(REQUEST_ID.into()),
    };
    let body = serde_json::to_string(&problem).unwrap();
    let answer = (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, CONTENT_TYPE)], body);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(async move || answer.clone());
    tokio::spawn(async { axum::serve(listener, router).await });
    super::start_webapp(&api).await
}
