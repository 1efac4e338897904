//! Certificates of devices.

use argosy_wire::{
    DeviceName,
    api::credential::{IssueCredentialRequest, IssuedCredential},
};
use askama::Template;
use axum::{
    body::Body,
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use uuid::Uuid;

use super::{chart::attachment, page};
use crate::{
    error::PageError,
    extract::{Form, Path},
    format::At,
    session::{
        Caller, Visit,
        notice::{self, Notice},
    },
    shell::{Section, Shell},
};

#[derive(Template)]
#[template(path = "pages/credential.html")]
struct CredentialPage {
    shell: Shell,
    device: String,
    serial: String,
    expires: At,
    files: Vec<File>,
    has_key: bool,
}

/// A file to download; it stands in the page itself, since the server keeps nothing of it.
struct File {
    name: String,
    words: &'static str,
    text: String,
    is_secret: bool,
}

impl File {
    fn new(name: String, words: &'static str, text: String, is_secret: bool) -> Self {
        Self { name, words, text, is_secret }
    }

    /// The file as an address that browsers download.
    fn href(&self) -> String {
        format!("data:application/x-pem-file;base64,{}", STANDARD.encode(&self.text))
    }
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct IssueForm {
    #[serde(default)]
    valid_days: String,
    #[serde(default)]
    csr: String,
}

/// `POST /devices/{device}/credentials`: the page is the only place where the private key ever stands.
pub(crate) async fn issue_credential(
    visit: Visit,
    Path(device): Path<DeviceName>,
    Form(form): Form<IssueForm>,
) -> Result<Response, PageError> {
    let csr = form.csr.trim();
    let request = IssueCredentialRequest {
        valid_days: form.valid_days.trim().parse().ok(),
        csr_pem: (!csr.is_empty()).then(|| csr.to_owned()),
    };
    let shell = visit.shell(Section::Devices);
    let issued = match visit.client.issue_credential(&device, &request).await.map_err(PageError::from) {
        Ok(issued) => issued,
        Err(error @ PageError::Refused(_)) => {
            return Ok(Notice::failed(error.detail()).redirect(&shell.link(format!("/devices/{device}"))));
        }
        Err(error) => return Err(error),
    };
    Ok(show_issued(shell, &device, issued)?.into_response())
}

fn show_issued(
    shell: Shell,
    device: &DeviceName,
    issued: IssuedCredential,
) -> Result<Html<String>, PageError> {
    let mut files = vec![File::new(
        format!("{device}.crt"),
        "The certificate, with the authority that signed it",
        issued.certificate_pem.clone(),
        false,
    )];
    if let Some(key) = &issued.private_key_pem {
        files.push(File::new(format!("{device}.key"), "The private key", key.clone(), true));
        files.push(File::new(
            format!("{device}.pem"),
            "Both in one file",
            format!("{}\n{}", key.trim_end(), issued.certificate_pem),
            true,
        ));
    }
    page(&CredentialPage {
        shell,
        device: device.to_string(),
        serial: issued.credential.serial,
        expires: At(issued.credential.expires_at),
        has_key: issued.private_key_pem.is_some(),
        files,
    })
}

/// `POST /devices/{device}/credentials/{id}/revoke`
pub(crate) async fn revoke_credential(
    caller: Caller,
    Path((device, id)): Path<(DeviceName, Uuid)>,
) -> Result<Response, PageError> {
    let result = caller.client.revoke_credential(&device, id).await;
    let done = "The certificate is revoked: the device cannot connect with it any more.".into();
    notice::answer(result.map(|()| done), &caller.link(&format!("/devices/{device}")))
}

/// `GET /device-ca.pem`
pub(crate) async fn download_ca(caller: Caller) -> Result<Response, PageError> {
    let pem = caller.client.read_device_ca().await?;
    Ok(attachment("application/x-pem-file", "device-ca.pem", Body::from(pem)))
}

/// `GET /device-crl.pem`
pub(crate) async fn download_crl(caller: Caller) -> Result<Response, PageError> {
    let pem = caller.client.read_device_crl().await?;
    Ok(attachment("application/x-pem-file", "device-crl.pem", Body::from(pem)))
}
