//! A sentence for the next page: what a form did.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::percent_decode_str;

use super::cookies;
use crate::{error::PageError, links};

const COOKIE: &str = "__Host-argosy_notice";
/// The longest notice, in characters.
const MAX_CHARS: usize = 400;

/// What a form did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// In a sentence.
    pub(crate) text: String,
    /// Whether it failed.
    pub(crate) is_error: bool,
}

impl Notice {
    /// It was done.
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: false }
    }

    /// It was not done.
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: true }
    }

    /// The notice that the last response left.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let text = percent_decode_str(cookies::read(headers, COOKIE)?).decode_utf8().ok()?;
        let (kind, text) = text.split_once(':')?;
        Some(Self { text: text.to_owned(), is_error: kind == "error" })
    }

    /// To a page of this site, which shows the notice.
    pub(crate) fn redirect(&self, to: &str) -> Response {
        let kind = if self.is_error { "error" } else { "done" };
        let text: String = self.text.chars().take(MAX_CHARS).collect();
        let value = links::encode(&format!("{kind}:{text}"));
        let cookie = format!("{COOKIE}={value}; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax");
        let to = Redirect::to(links::local(to));
        match HeaderValue::from_str(&cookie) {
            Ok(cookie) => ([(header::SET_COOKIE, cookie)], to).into_response(),
            Err(_) => to.into_response(),
        }
    }
}

/// Answers a form: back to `to` with what was done, or with what the API has against it. A session that has ended, an API that is
/// away and a thing that is gone are pages of their own.
pub(crate) fn answer(result: Result<String, argosy_client::Error>, to: &str) -> Result<Response, PageError> {
    match result.map_err(PageError::from) {
        Ok(done) => Ok(Notice::done(done).redirect(to)),
        Err(error @ (PageError::Refused(_) | PageError::Invalid(_))) => {
            Ok(Notice::failed(error.detail()).redirect(to))
        }
        Err(error) => Err(error),
    }
}

/// Middleware: a notice is shown once, by the first whole page.
pub(crate) async fn clear(request: Request, next: Next) -> Response {
    let is_given =
        cookies::read(request.headers(), COOKIE).is_some() && !request.headers().contains_key("hx-request");
    let mut response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if is_given && kind.is_some_and(|kind| kind.starts_with("text/html")) {
        let cookie = HeaderValue::from_static(
            "__Host-argosy_notice=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
        );
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_survives_the_cookie() {
        let notice = Notice::failed("\"ü; <b>\" is no name: try again");
        let response = notice.redirect("/devices");
        let cookie =
            response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&cookie).unwrap())]);
        assert_eq!(Notice::read(&headers), Some(notice));
        assert_eq!(response.headers()[header::LOCATION], "/devices");
    }
}
