//! The Kubernetes API, as a pod sees it: secrets of one namespace, by the pod's service account.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::{Certificate, Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;

use super::{make::Data, manifest::manifest};

/// Where a pod finds who it is.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// How long the API may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The API.
#[derive(Debug)]
pub(super) struct Cluster {
    http: Client,
    url: String,
    token: String,
    namespace: String,
}

#[derive(Deserialize)]
struct SecretObject {
    #[serde(default)]
    data: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Status {
    message: String,
}

impl Cluster {
    /// The cluster that this process is a pod of.
    pub(super) fn of_this_pod(namespace: Option<String>) -> anyhow::Result<Self> {
        let read = |name: &str| {
            std::fs::read_to_string(Path::new(ACCOUNT).join(name)).with_context(|| {
                format!(
                    "cannot read {ACCOUNT}/{name}: this runs in a pod that mounts its service account's token"
                )
            })
        };
        let variable = |name: &str| {
            std::env::var(name).with_context(|| format!("{name} is not set, as it is in every pod"))
        };
        let (host, port) = (variable("KUBERNETES_SERVICE_HOST")?, variable("KUBERNETES_SERVICE_PORT")?);
        // An address of IPv6 has colons of its own.
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        argosy_runtime::crypto::install();
        let http = Client::builder()
            .timeout(TIMEOUT)
            .tls_certs_only(Certificate::from_pem_bundle(read("ca.crt")?.as_bytes())?)
            .build()?;
        let namespace = match namespace {
            Some(namespace) => namespace,
            None => read("namespace")?,
        };
        Ok(Self { http, url: format!("https://{host}:{port}"), token: read("token")?, namespace })
    }

    /// The namespace.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What is in a secret, where there is one of this name.
    pub(super) async fn read_secret(&self, name: &str) -> anyhow::Result<Option<Data>> {
        let response = self.send(self.http.get(self.secrets(name))).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let object: SecretObject = success(response).await?.json().await?;
        let decode = |(key, value): (String, String)| {
            anyhow::Ok((key, String::from_utf8(BASE64_STANDARD.decode(value)?)?))
        };
        let data = object.data.into_iter().map(decode).collect::<Result<_, _>>();
        data.map(Some).with_context(|| format!("the secret {name} holds something else than text"))
    }

    /// Creates a secret, or writes it anew.
    pub(super) async fn write_secret(&self, name: &str, data: &Data, replaces: bool) -> anyhow::Result<()> {
        let request =
            if replaces { self.http.put(self.secrets(name)) } else { self.http.post(self.secrets("")) };
        success(self.send(request.json(&manifest(name, None, data))).await?).await.map(drop)
    }

    fn secrets(&self, name: &str) -> String {
        let path = format!("{}/api/v1/namespaces/{}/secrets/{name}", self.url, self.namespace);
        path.trim_end_matches('/').to_owned()
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let request = request.bearer_auth(&self.token);
        request.send().await.with_context(|| format!("the Kubernetes API at {} cannot be reached", self.url))
    }
}

/// The response, unless it is a refusal.
async fn success(response: Response) -> anyhow::Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    let message = serde_json::from_str::<Status>(&text).map_or(text, |status| status.message);
    bail!("the Kubernetes API refuses ({status}): {message}");
}
