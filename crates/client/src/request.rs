//! Sends requests and reads answers.

use argosy_wire::api::problem::Problem;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret as _;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Client, Error};

/// The largest problem that is read.
const MAX_PROBLEM_BYTES: usize = 64 * 1024;
/// The largest answer that is read as a whole; streams and exports have no end.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// What a path segment cannot hold as it is.
const SEGMENT: &AsciiSet =
    &CONTROLS.add(b' ').add(b'/').add(b'?').add(b'#').add(b'%').add(b'.').add(b'"').add(b'<').add(b'>');

/// A path below `/api/v1/` of these segments, each encoded.
pub(crate) fn path(segments: &[&str]) -> String {
    segments
        .iter()
        .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string())
        .collect::<Vec<_>>()
        .join("/")
}

impl Client {
    /// A request with the client's bearer and fleet, without a limit of time.
    pub(crate) fn open_request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        let url = self.base.join(path).map_err(|error| Error::Configuration(error.to_string()))?;
        let mut request = self.http.request(method, url);
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer.expose_secret());
        }
        if let Some(fleet) = &self.fleet {
            request = request.query(&[("fleet", fleet.as_str())]);
        }
        Ok(request)
    }

    /// A request with the client's bearer, fleet and timeout.
    pub(crate) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        Ok(self.open_request(method, path)?.timeout(self.timeout))
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, Error> {
        json(send(self.request(Method::GET, path)?.query(query)).await?).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        json(send(self.request(Method::POST, path)?.json(body)).await?).await
    }

    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        version: Option<i64>,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let mut request = self.request(Method::PATCH, path)?.json(body);
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        json(send(request).await?).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<(), Error> {
        send(self.request(Method::DELETE, path)?).await.map(drop)
    }
}

/// Sends a request; an answer that is an error is one here.
pub(crate) async fn send(request: RequestBuilder) -> Result<Response, Error> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(problem(status, response).await)
}

/// Sends a request with If-None-Match; `None` where what is known is still true.
pub(crate) async fn send_unless_known(request: RequestBuilder) -> Result<Option<Response>, Error> {
    let response = request.send().await?;
    match response.status() {
        StatusCode::NOT_MODIFIED => Ok(None),
        status if status.is_success() => Ok(Some(response)),
        status => Err(problem(status, response).await),
    }
}

async fn problem(status: StatusCode, mut response: Response) -> Error {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_PROBLEM_BYTES {
            break;
        }
    }
    let problem = serde_json::from_slice::<Problem>(&body).unwrap_or_else(|_| Problem {
        kind: "about:blank".into(),
        title: status.canonical_reason().unwrap_or("Error").into(),
        status: status.as_u16(),
        detail: None,
        request_id: None,
    });
    Error::Problem(Box::new(problem))
}

/// Reads an answer's body.
pub(crate) async fn json<T: DeserializeOwned>(response: Response) -> Result<T, Error> {
    let body = body(response).await?;
    serde_json::from_slice(&body).map_err(|error| Error::Decode(error.to_string()))
}

/// Reads an answer's body as text.
pub(crate) async fn text(response: Response) -> Result<String, Error> {
    String::from_utf8(body(response).await?).map_err(|error| Error::Decode(error.to_string()))
}

async fn body(mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            return Err(Error::Decode(format!("it is longer than {MAX_ANSWER_BYTES} bytes")));
        }
    }
    Ok(body)
}
