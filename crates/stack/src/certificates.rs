//! The local authority, and the certificates it signs: for this machine's names, and for ingest at the broker.

use std::path::PathBuf;

use anyhow::Context as _;
use time::Duration;

use crate::{Authority, Files};

/// How long certificates are valid; new ones are made at each start.
const LIFETIME: Duration = Duration::days(90);
/// The user that ingest is at the broker, by its certificate.
pub const INGEST: &str = "ingest";
/// File of the authority's certificate.
const CERTIFICATE: &str = "ca.pem";
/// File of its key.
const KEY: &str = "secrets/ca-key.pem";

/// Files and texts of the certificates.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The authority's certificate.
    pub ca_pem: String,
    /// Its file.
    pub ca_file: PathBuf,
    /// Its empty revocation list: a broker that has a list of one authority wants one of each.
    pub no_revocations: String,
    /// Of this machine's names, with its chain.
    pub server_pem: String,
    /// Its key.
    pub server_key_pem: String,
    /// The file of the certificate.
    pub server_file: PathBuf,
    /// The file of its key.
    pub server_key_file: PathBuf,
    /// Of ingest.
    pub ingest_file: PathBuf,
    /// The file of its key.
    pub ingest_key_file: PathBuf,
}

impl Certificates {
    /// Makes what is missing.
    pub fn prepare(files: &Files) -> anyhow::Result<Self> {
        let authority = authority(files)?;
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".into(), "::1".into()];
        let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        if !host.trim().is_empty()
            && host.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        {
            names.push(host.trim().to_owned());
        }
        let server = authority.server(names, LIFETIME)?;
        let ingest = authority.client(INGEST, LIFETIME)?;
        Ok(Self {
            ca_pem: authority.certificate_pem().to_owned(),
            ca_file: files.file(CERTIFICATE),
            no_revocations: authority.no_revocations(LIFETIME)?,
            server_file: files.write_secret("secrets/server.pem", &server.certificate_pem)?,
            server_key_file: files.write_secret("secrets/server-key.pem", &server.key_pem)?,
            server_pem: server.certificate_pem,
            server_key_pem: server.key_pem,
            ingest_file: files.write_secret("secrets/ingest.pem", &ingest.certificate_pem)?,
            ingest_key_file: files.write_secret("secrets/ingest-key.pem", &ingest.key_pem)?,
        })
    }
}

/// The authority of this folder; a new one where there is none.
fn authority(files: &Files) -> anyhow::Result<Authority> {
    let (certificate, key) = (files.file(CERTIFICATE), files.file(KEY));
    if certificate.exists() && key.exists() {
        return Authority::from_pem(
            std::fs::read_to_string(certificate).context("cannot read the local authority")?,
            std::fs::read_to_string(key).context("cannot read the authority's key")?,
        );
    }
    let authority = Authority::generate("Argosy local authority")?;
    files.write_secret(KEY, authority.key_pem())?;
    files.write_secret(CERTIFICATE, authority.certificate_pem())?;
    Ok(authority)
}
