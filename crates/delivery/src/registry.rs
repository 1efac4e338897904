//! A registry of images, by the distribution API of the Open Container Initiative
//! (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>): read only, and whatever comes is compared with its digest.

mod challenge;
mod credentials;
mod image_name;
mod manifest;

use std::{collections::HashMap, path::Path};

use reqwest::{
    Method, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE},
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use url::Url;

pub(crate) use image_name::ImageName;
pub(crate) use manifest::Manifest;

use self::{challenge::Challenge, credentials::Credentials};
use crate::{
    Digest, Error, PeerError,
    http::{Answer, Http, expect_secure},
};

/// A manifest's size, which the specification lets a registry limit to this.
const MANIFEST_LIMIT: usize = 4 << 20;
/// An attestation's: a list of what is in an image can be long.
const BLOB_LIMIT: usize = 64 << 20;
/// A token's answer.
const TOKEN_LIMIT: usize = 1 << 20;

const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// Registries, and what this machine may show them.
#[derive(Debug)]
pub(crate) struct Registries {
    http: Http,
    credentials: Credentials,
    /// Those that have no TLS.
    plain: Vec<String>,
    /// What a repository wants to see with each request, once it has said so.
    keys: Mutex<HashMap<(String, String), SecretString>>,
}

impl Registries {
    /// Registries, with the credentials of a configuration file of Docker's.
    pub(crate) fn new(docker_config: Option<&Path>, plain: &[String]) -> Result<Self, Error> {
        Ok(Self {
            http: Http::following()?,
            credentials: Credentials::read(docker_config)?,
            plain: plain.to_vec(),
            keys: Mutex::default(),
        })
    }

    /// An image's manifest or index.
    pub(crate) async fn manifest(&self, image: &ImageName, digest: &Digest) -> Result<Manifest, Error> {
        let body = self.fetch(image, "manifests", digest, MANIFESTS, MANIFEST_LIMIT).await?;
        Manifest::parse(&body)
            .map_err(|reason| PeerError::MalformedImage { image: format!("{image}@{digest}"), reason }.into())
    }

    /// Anything else that an image has.
    pub(crate) async fn blob(&self, image: &ImageName, digest: &Digest) -> Result<Vec<u8>, Error> {
        self.fetch(image, "blobs", digest, "*/*", BLOB_LIMIT).await
    }

    async fn fetch(
        &self,
        image: &ImageName,
        kind: &str,
        digest: &Digest,
        accept: &'static str,
        limit: usize,
    ) -> Result<Vec<u8>, Error> {
        let url = image.url(kind, digest, &self.plain)?;
        let place = (image.registry().to_owned(), image.repository().to_owned());
        let key = self.keys.lock().await.get(&place).cloned();
        let mut answer = self.get(&url, accept, key.as_ref(), limit).await?;
        if answer.status == StatusCode::UNAUTHORIZED
            && let Some(key) = self.key(image, &answer).await?
        {
            answer = self.get(&url, accept, Some(&key), limit).await?;
            self.keys.lock().await.insert(place, key);
        }
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => {
                return Err(PeerError::NotInRegistry { image: format!("{image}@{digest}") }.into());
            }
            status => {
                return Err(PeerError::RegistryRefused {
                    registry: image.registry().to_owned(),
                    image: image.to_string(),
                    status: status.as_u16(),
                    says: answer.says(),
                }
                .into());
            }
        }
        let hex = hex::encode(Sha256::digest(&answer.body));
        if digest.as_str().strip_prefix("sha256:") != Some(hex.as_str()) {
            return Err(PeerError::WrongContent {
                image: format!("{image}@{digest}"),
                found: format!("sha256:{hex}"),
            }
            .into());
        }
        Ok(answer.body)
    }

    async fn get(
        &self,
        url: &Url,
        accept: &'static str,
        key: Option<&SecretString>,
        limit: usize,
    ) -> Result<Answer, Error> {
        let mut request = self.http.client().request(Method::GET, url.clone()).header(ACCEPT, accept);
        if let Some(key) = key {
            request = request.header(AUTHORIZATION, sensitive(key)?);
        }
        self.http.send(request, limit).await
    }

    /// What to show a registry that asks for something; none where it asks for what is not known here.
    async fn key(&self, image: &ImageName, answer: &Answer) -> Result<Option<SecretString>, Error> {
        let login = self.credentials.of(image.registry());
        let challenges =
            answer.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        for challenge in challenges.filter_map(Challenge::parse) {
            match challenge {
                Challenge::Basic => {
                    if let Some(login) = login {
                        return Ok(Some(login.clone()));
                    }
                }
                Challenge::Bearer { realm, service, scope } => {
                    let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", image.repository()));
                    let mut url: Url = realm.parse().map_err(|_| PeerError::Unreadable {
                        who: image.registry().to_owned(),
                        reason: format!("it names '{realm}' as the address of its tokens"),
                    })?;
                    expect_secure(&url, &self.plain)?;
                    url.query_pairs_mut().append_pair("scope", &scope);
                    if let Some(service) = service {
                        url.query_pairs_mut().append_pair("service", &service);
                    }
                    return self.token(image, &url, login).await.map(Some);
                }
            }
        }
        Ok(None)
    }

    /// A token, for nobody in particular where there are no credentials.
    async fn token(
        &self,
        image: &ImageName,
        url: &Url,
        login: Option<&SecretString>,
    ) -> Result<SecretString, Error> {
        let answer = self.get(url, "application/json", login, TOKEN_LIMIT).await?;
        if !answer.status.is_success() {
            return Err(PeerError::RegistryRefused {
                registry: image.registry().to_owned(),
                image: image.to_string(),
                status: answer.status.as_u16(),
                says: answer.says(),
            }
            .into());
        }
        let token: challenge::Token = answer.json(image.registry())?;
        let token = token.secret().ok_or_else(|| PeerError::Unreadable {
            who: image.registry().to_owned(),
            reason: "it answers for a token without one".into(),
        })?;
        Ok(format!("Bearer {}", token.expose_secret()).into())
    }
}

/// A header that no log shows.
fn sensitive(key: &SecretString) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(key.expose_secret()).map_err(|_| Error::Malformed {
        what: "a token: it has letters that no header has",
        text: "***".into(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}
