//! The client and what it is made of.

use std::{path::PathBuf, sync::Arc, time::Duration};

use argosy_wire::FleetName;
use reqwest::Certificate;
use secrecy::SecretString;
use url::Url;

use crate::Error;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole request may take, unless the builder says otherwise.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection of HTTP/2 may be silent before the server is asked whether it is there, and how long it may take to say
/// so. Without it a connection whose network is gone would be used again and again, and every request on it would time out.
const PING: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(5));
/// How long a server may be silent in the middle of an answer; streams send something every 15 s.
const READ_TIMEOUT: Duration = Duration::from_secs(40);

/// A client. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) base: Arc<Url>,
    pub(crate) bearer: Option<SecretString>,
    pub(crate) fleet: Option<FleetName>,
    pub(crate) timeout: Duration,
}

/// Makes a [`Client`].
#[derive(Debug)]
pub struct Builder {
    url: Url,
    bearer: Option<SecretString>,
    ca_file: Option<PathBuf>,
    timeout: Duration,
}

impl Client {
    /// A client of the API at this address, such as `https://localhost:8444`.
    pub fn builder(url: Url) -> Builder {
        Builder { url, bearer: None, ca_file: None, timeout: REQUEST_TIMEOUT }
    }

    /// The same client with another bearer.
    #[must_use]
    pub fn with_bearer(&self, bearer: SecretString) -> Self {
        Self { bearer: Some(bearer), ..self.clone() }
    }

    /// The same client, asking about this fleet.
    #[must_use]
    pub fn with_fleet(&self, fleet: Option<FleetName>) -> Self {
        Self { fleet, ..self.clone() }
    }
}

impl Builder {
    /// The bearer of every request.
    #[must_use]
    pub fn bearer(mut self, bearer: SecretString) -> Self {
        self.bearer = Some(bearer);
        self
    }

    /// A PEM file of the authorities to trust, instead of the system's.
    #[must_use]
    pub fn ca_file(mut self, ca_file: Option<PathBuf>) -> Self {
        self.ca_file = ca_file;
        self
    }

    /// How long a whole request may take; streams and exports may take longer.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The client.
    pub fn build(self) -> Result<Client, Error> {
        let configuration = |problem: String| Error::Configuration(problem);
        // An error says that the process has a provider already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("argosy/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .tcp_keepalive(Duration::from_secs(20))
            .tcp_nodelay(true)
            .http2_keep_alive_interval(PING.0)
            .http2_keep_alive_timeout(PING.1)
            .http2_keep_alive_while_idle(true)
            .redirect(reqwest::redirect::Policy::none());
        if let Some(path) = &self.ca_file {
            let pem = std::fs::read(path).map_err(|error| {
                configuration(format!("cannot read the CA file {}: {error}", path.display()))
            })?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| {
                configuration(format!("{} holds no certificates: {error}", path.display()))
            })?;
            http = http.tls_certs_only(certificates);
        }
        let http = http.build().map_err(|error| configuration(error.to_string()))?;
        let base = self
            .url
            .join("/api/v1/")
            .map_err(|error| configuration(format!("{} is no address of an API: {error}", self.url)))?;
        Ok(Client { http, base: Arc::new(base), bearer: self.bearer, fleet: None, timeout: self.timeout })
    }
}
