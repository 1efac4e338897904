//! What can go wrong with a page, and the page that says so.
//!
//! A handler's error travels in the response's extensions; [`render`] makes a page of it where a browser asked for one, a problem
//! where a script did.

use argosy_client::Error as ApiError;
use argosy_runtime::http::REQUEST_ID;
use argosy_wire::api::problem::{CONTENT_TYPE, Problem};
use askama::Template;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, uri::PathAndQuery},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};

use crate::{
    links,
    session::cookies,
    shell::{Section, Shell},
};

/// Why a page cannot be shown.
#[derive(Debug, Clone)]
pub(crate) enum PageError {
    /// Nobody is signed in, or not any more.
    SignedOut,
    /// There is no such page or thing.
    NotFound,
    /// The request is not one that these pages make; why.
    Invalid(String),
    /// A form of another site.
    CrossSite,
    /// The API cannot be reached, or its database cannot.
    Away {
        /// What is known of it.
        detail: String,
        /// The API's own id of the request.
        request_id: Option<String>,
    },
    /// The API refused.
    Refused(Box<Problem>),
    /// The API does not say what it should.
    Broken(String),
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Problem(problem) => match problem.status {
                401 => Self::SignedOut,
                404 => Self::NotFound,
                502..=504 => Self::Away {
                    detail: problem.detail.clone().unwrap_or_else(|| "The API is not ready.".into()),
                    request_id: problem.request_id.clone(),
                },
                _ => Self::Refused(problem),
            },
            ApiError::Transport(error) => {
                tracing::warn!(
                    error = format!("{:#}", anyhow::Error::from(error)),
                    "The API cannot be reached."
                );
                Self::Away { detail: "The API does not answer.".into(), request_id: None }
            }
            ApiError::Decode(problem) | ApiError::Configuration(problem) => Self::Broken(problem),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Away { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Refused(problem) => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY),
            Self::Broken(_) => StatusCode::BAD_GATEWAY,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::SignedOut => "Sign in first".into(),
            Self::NotFound => "There is nothing here".into(),
            Self::Invalid(_) => "This request cannot be understood".into(),
            Self::CrossSite => "This form came from another site".into(),
            Self::Away { .. } => "The API is away".into(),
            Self::Refused(problem) => match problem.status {
                403 => "You may not do this".into(),
                429 => "That was too often".into(),
                _ => problem.title.clone(),
            },
            Self::Broken(_) => "The API gave an answer that this page cannot read".into(),
        }
    }

    /// What to tell the person, in a sentence.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::SignedOut => "The session has ended.".into(),
            Self::NotFound => {
                "It may have been deleted, or it belongs to a fleet that you cannot see.".into()
            }
            Self::Invalid(detail) | Self::Away { detail, .. } => detail.clone(),
            Self::CrossSite => "To keep you safe it was not carried out. Use the form on this site.".into(),
            Self::Refused(problem) => match problem.status {
                412 | 428 => {
                    "Somebody else changed this a moment ago. Look at what it is now, then change it again."
                        .into()
                }
                _ => problem.detail.clone().unwrap_or_else(|| problem.title.clone()),
            },
            Self::Broken(_) => "Page and API may be of different versions.".into(),
        }
    }

    fn request_id(&self) -> Option<&str> {
        match self {
            Self::Away { request_id, .. } => request_id.as_deref(),
            Self::Refused(problem) => problem.request_id.as_deref(),
            _ => None,
        }
    }

    /// Whether the same request may succeed by itself a little later.
    fn passes(&self) -> bool {
        match self {
            Self::Away { .. } => true,
            Self::Refused(problem) => problem.status >= 500 || problem.status == 429,
            _ => false,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage {
    shell: Shell,
    status: u16,
    title: String,
    detail: String,
    request_id: String,
    is_away: bool,
    /// Whether the page tries again by itself.
    retries: bool,
}

/// Middleware: makes what a browser or a script can use of a [`PageError`].
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<PageError>().cloned() else { return response };
    if let PageError::Broken(problem) = &error {
        tracing::error!(error = problem, "A page could not be made.");
    }
    let own_id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let request_id = error.request_id().unwrap_or(own_id).to_owned();
    if matches!(error, PageError::SignedOut) {
        let back = if method == Method::GET { uri.path_and_query().map(PathAndQuery::as_str) } else { None };
        return signed_out(&headers, back);
    }
    let wants_page = accepts_html(&headers);
    if !wants_page {
        return problem(&error, request_id);
    }
    let page = ErrorPage {
        shell: Shell::anonymous(&headers, &uri, section(uri.path())),
        status: error.status().as_u16(),
        title: error.title(),
        detail: error.detail(),
        request_id,
        is_away: matches!(error, PageError::Away { .. }),
        retries: error.passes() && method == Method::GET,
    };
    match page.render() {
        Ok(html) => (error.status(), Html(html)).into_response(),
        Err(render_error) => {
            tracing::error!(error = %render_error, "The error page could not be made.");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// To the sign-in page, and from there back; a script is told so, since it cannot follow.
fn signed_out(headers: &HeaderMap, back: Option<&str>) -> Response {
    let clear = [(header::SET_COOKIE, cookies::clear_session())];
    if headers.contains_key("hx-request") || !accepts_html(headers) {
        let page = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok());
        let page = page.and_then(|page| page.parse::<axum::http::Uri>().ok());
        let back = page.as_ref().and_then(|page| page.path_and_query()).map(PathAndQuery::as_str);
        let to = HeaderValue::from_str(&links::sign_in(back)).unwrap_or(HeaderValue::from_static("/sign-in"));
        return (StatusCode::UNAUTHORIZED, clear, [("hx-redirect", to)]).into_response();
    }
    (clear, Redirect::to(&links::sign_in(back))).into_response()
}

fn problem(error: &PageError, request_id: String) -> Response {
    let status = error.status();
    let problem = Problem {
        kind: "about:blank".into(),
        title: error.title(),
        status: status.as_u16(),
        detail: Some(error.detail()),
        request_id: Some(request_id),
    };
    let body = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))], body).into_response()
}

/// The section that an address belongs to.
fn section(path: &str) -> Section {
    match path.split('/').nth(1) {
        Some("devices") => Section::Devices,
        Some("live") => Section::Live,
        Some("dead-letters") => Section::DeadLetters,
        Some("settings") => Section::Settings,
        _ => Section::Overview,
    }
}
