//! The real web application in front of the played API.

use std::time::Duration;

use argosy_runtime::config::{AdminConfig, ApiClientConfig, ListenConfig};
use argosy_webapp::Config;
use reqwest::{Response, redirect};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::fake::{BEARER, Fake};

/// A running web application; it stops when this is dropped.
pub(crate) struct Site {
    /// Where its pages are, without a slash at the end.
    pub(crate) url: String,
    /// The API it calls.
    pub(crate) fake: Fake,
    http: reqwest::Client,
    _stop: DropGuard,
}

impl Site {
    /// Starts one.
    pub(crate) async fn start() -> Self {
        argosy_runtime::crypto::install();
        let fake = Fake::default();
        let api = fake.start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let admin_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = Config {
            listen: ListenConfig {
                listen: listener.local_addr().unwrap(),
                tls_certificate: None,
                tls_key: None,
                drain_seconds: 1,
            },
            admin: AdminConfig { admin_listen: admin_listener.local_addr().unwrap() },
            api: ApiClientConfig { api_url: format!("http://{api}").parse().unwrap(), api_ca: None },
        };
        let shutdown = CancellationToken::new();
        tokio::spawn(argosy_webapp::serve(config, listener, admin_listener, shutdown.clone()));
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        // Browsers take `localhost` for a secure place, so that the session's cookie holds.
        Self { url: format!("http://localhost:{port}"), fake, http, _stop: shutdown.drop_guard() }
    }

    /// A page as a browser asks for it, signed in.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(path, &format!("__Host-argosy_session={BEARER}")).await
    }

    /// A page as a browser asks for it, with these cookies.
    pub(crate) async fn request(&self, path: &str, cookies: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.url)).header("accept", "text/html");
        request.header("cookie", cookies).send().await.unwrap()
    }

    /// A page's text; it must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    /// A form as a browser sends it, signed in.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.post_from(path, form, "same-origin", &self.url).await
    }

    /// A form as a browser sends it from a page of another or of this site.
    pub(crate) async fn post_from(
        &self,
        path: &str,
        form: &[(&str, &str)],
        site: &str,
        origin: &str,
    ) -> Response {
        let request = self.http.post(format!("{}{path}", self.url)).header("accept", "text/html");
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .header("origin", origin)
            .header("cookie", format!("__Host-argosy_session={BEARER}"))
            .body(serde_html_form::to_string(form).unwrap())
            .send()
            .await
            .unwrap()
    }

    /// Anything else.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

/// A header as text; empty where it is missing.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
