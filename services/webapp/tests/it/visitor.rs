//! Somebody who asks for pages by HTTP, as a browser does.

use std::time::Duration;

use argosy_wire::api::session::CreateSessionRequest;
use reqwest::{RequestBuilder, Response, redirect};

use crate::stack::{ADMIN, Fleet, PASSWORD, away, stack};

/// A visitor of a site.
pub(crate) struct Visitor {
    /// Where the pages are, without a slash at the end.
    pub(crate) url: String,
    bearer: String,
    http: reqwest::Client,
}

impl Visitor {
    /// Somebody with this session.
    pub(crate) fn new(url: &str, bearer: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self { url: url.into(), bearer: bearer.into(), http }
    }

    /// The person of a fleet.
    pub(crate) fn of(fleet: &Fleet) -> Self {
        Self::new(&fleet.stack.url, &fleet.bearer)
    }

    /// Somebody who sees every fleet.
    pub(crate) async fn of_every_fleet() -> Self {
        let stack = stack().await;
        let request = CreateSessionRequest { email: ADMIN.into(), password: PASSWORD.into() };
        Self::new(&stack.url, &stack.root.create_session(&request).await.unwrap().secret)
    }

    /// Somebody before pages whose API is away.
    pub(crate) async fn without_api() -> Self {
        Self::new(&away::start().await, "argosys_some-session")
    }

    /// A page, signed in.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.get_with(path, &self.cookie()).await
    }

    /// A page with these cookies.
    pub(crate) async fn get_with(&self, path: &str, cookies: &str) -> Response {
        self.request(path).header("accept", "text/html").header("cookie", cookies).send().await.unwrap()
    }

    /// A page's text; it must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    /// What is to be asked for, without any header.
    pub(crate) fn request(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }

    /// The session, as a cookie.
    pub(crate) fn cookie(&self) -> String {
        format!("__Host-argosy_session={}", self.bearer)
    }

    /// A form, signed in.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.post_from(path, form, Some("same-origin"), &self.url).await
    }

    /// A form that stands on a page of this or another site.
    pub(crate) async fn post_from(
        &self,
        path: &str,
        form: &[(&str, &str)],
        site: Option<&str>,
        origin: &str,
    ) -> Response {
        let mut request = self.http.post(format!("{}{path}", self.url)).header("accept", "text/html");
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin)
            .header("cookie", self.cookie())
            .body(serde_html_form::to_string(form).unwrap())
            .send()
            .await
            .unwrap()
    }
}

/// A header as text; empty where it is missing.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
