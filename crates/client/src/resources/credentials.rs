//! Certificates of devices.

use argosy_wire::{
    DeviceName,
    api::credential::{Credential, IssueCredentialRequest, IssuedCredential},
};
use reqwest::Method;
use uuid::Uuid;

use crate::{
    Client, Error,
    request::{path, send, text},
};

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
}
