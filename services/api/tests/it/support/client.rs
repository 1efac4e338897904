//! Sends requests below `/api/v1` and keeps whole answers.

use std::panic::Location;

use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;

use super::contract;

/// A client of one API.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    bearer: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .timeout(super::DEADLINE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { http, base: format!("{url}/api/v1"), bearer: None }
    }

    pub(crate) fn with_bearer(&self, bearer: &str) -> Self {
        Self { bearer: Some(bearer.to_owned()), ..self.clone() }
    }

    /// The same client of another replica.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { base: format!("{url}/api/v1"), ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.bearer {
            Some(bearer) => request.bearer_auth(bearer),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn get_as(&self, path: &str, media_type: &str) -> Answer {
        send(self.request(Method::GET, path).header("accept", media_type)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn post_as(
        &self,
        path: &str,
        media_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        send(self.request(Method::POST, path).header("content-type", media_type).body(body)).await
    }

    /// Changes what has this entity tag.
    pub(crate) async fn patch(&self, path: &str, etag: Option<&str>, body: Value) -> Answer {
        let request = self.request(Method::PATCH, path).json(&body);
        send(match etag {
            Some(etag) => request.header("if-match", etag),
            None => request,
        })
        .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }
}

/// Sends a request and reads the whole answer, which must be one that the API's document promises.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, url) = (request.method().clone(), request.url().clone());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let answer = Answer { status, headers, body: response.bytes().await.unwrap().to_vec() };
    contract::check(&method, &url, &answer).await;
    answer
}

impl Answer {
    /// The body of an answer of this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    /// The text of an answer of status 200.
    #[track_caller]
    pub(crate) fn expect_text(self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        self.text()
    }

    /// The detail of a problem of this status: every error is one, with the id of its request.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> String {
        let caller = Location::caller();
        assert_eq!(self.status, status, "{caller}: {}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json", "{caller}");
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], status, "{caller}: {problem}");
        assert!(problem["type"].as_str().unwrap().starts_with("urn:argosy:problem:"), "{caller}: {problem}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{caller}: {problem}");
        problem["detail"].as_str().unwrap_or_default().to_owned()
    }

    /// A header's text; empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
