//! Certificates of devices.

use argosy_wire::{
    DeviceName,
    api::credential::{Credential, IssueCredentialRequest, IssuedCredential},
};
use reqwest::{
    Method,
    header::{ETAG, IF_NONE_MATCH},
};
use uuid::Uuid;

use crate::{
    Client, Error,
    request::{path, send, send_unless_known, text},
};

/// The revocation lists of every authority that signs devices.
#[derive(Debug, Clone)]
pub struct RevocationLists {
    /// One after the other, in PEM.
    pub pem: String,
    /// What to ask with next time.
    pub etag: Option<String>,
}

impl Client {
    /// `GET /devices/{device}/credentials`
    pub async fn list_credentials(&self, device: &DeviceName) -> Result<Vec<Credential>, Error> {
        self.get(&path(&["devices", device.as_str(), "credentials"]), &[]).await
    }

    /// `POST /devices/{device}/credentials`
    pub async fn issue_credential(
        &self,
        device: &DeviceName,
        request: &IssueCredentialRequest,
    ) -> Result<IssuedCredential, Error> {
        self.post(&path(&["devices", device.as_str(), "credentials"]), request).await
    }

    /// `DELETE /devices/{device}/credentials/{id}`
    pub async fn revoke_credential(&self, device: &DeviceName, id: Uuid) -> Result<(), Error> {
        self.delete(&path(&["devices", device.as_str(), "credentials", &id.to_string()])).await
    }

    /// `GET /device-ca`: the authority that a broker must trust, in PEM.
    pub async fn read_device_ca(&self) -> Result<String, Error> {
        text(send(self.request(Method::GET, "device-ca")?).await?).await
    }

    /// `GET /device-ca/crl`: the revocation lists, in PEM.
    pub async fn read_device_crl(&self) -> Result<String, Error> {
        text(send(self.request(Method::GET, "device-ca/crl")?).await?).await
    }

    /// The same, unless they are still those of this `ETag`.
    pub async fn read_changed_device_crl(
        &self,
        known: Option<&str>,
    ) -> Result<Option<RevocationLists>, Error> {
        let mut request = self.request(Method::GET, "device-ca/crl")?;
        if let Some(etag) = known {
            request = request.header(IF_NONE_MATCH, etag);
        }
        match send_unless_known(request).await? {
            Some(response) => {
                let etag =
                    response.headers().get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
                Ok(Some(RevocationLists { pem: text(response).await?, etag }))
            }
            None => Ok(None),
        }
    }
}
