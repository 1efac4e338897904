//! The local authority, and the certificates it signs: for this machine's names, and for ingest at the broker.

use std::path::PathBuf;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber,
};
use time::{Duration, OffsetDateTime};

use crate::Files;

/// How long the authority is valid: who trusts it in a browser does so once.
const AUTHORITY: Duration = Duration::days(3650);
/// How long its certificates are; new ones are made at each start.
const LEAF: Duration = Duration::days(90);
/// The user that ingest is at the broker, by its certificate.
const INGEST: &str = "ingest";

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
        let ca_file = files.file("ca.pem");
        let ca_key_file = files.file("secrets/ca-key.pem");
        if !ca_file.exists() || !ca_key_file.exists() {
            let key = KeyPair::generate()?;
            let mut params = params("Argosy local authority", AUTHORITY)?;
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            let certificate = params.self_signed(&key)?;
            files.write_secret("secrets/ca-key.pem", &key.serialize_pem())?;
            files.write_secret("ca.pem", &certificate.pem())?;
        }
        let ca_pem = std::fs::read_to_string(&ca_file).context("cannot read the local authority")?;
        let key = KeyPair::from_pem(
            &std::fs::read_to_string(&ca_key_file).context("cannot read the authority's key")?,
        )?;
        let issuer = Issuer::from_ca_cert_pem(&ca_pem, key)?;

        let mut names = vec!["localhost".to_owned(), "127.0.0.1".into(), "::1".into()];
        let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        if !host.trim().is_empty()
            && host.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        {
            names.push(host.trim().to_owned());
        }
        let mut server = params("localhost", LEAF)?;
        server.subject_alt_names = CertificateParams::new(names)?.subject_alt_names;
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let (server_pem, server_key_pem) = sign(server, &issuer)?;
        let mut ingest = params(INGEST, LEAF)?;
        ingest.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let (ingest_pem, ingest_key_pem) = sign(ingest, &issuer)?;
        Ok(Self {
            server_file: files.write_secret("secrets/server.pem", &server_pem)?,
            server_key_file: files.write_secret("secrets/server-key.pem", &server_key_pem)?,
            ingest_file: files.write_secret("secrets/ingest.pem", &ingest_pem)?,
            ingest_key_file: files.write_secret("secrets/ingest-key.pem", &ingest_key_pem)?,
            no_revocations: no_revocations(&issuer)?,
            ca_pem,
            ca_file,
            server_pem,
            server_key_pem,
        })
    }
}

fn params(name: &str, valid: Duration) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = OffsetDateTime::now_utc() - Duration::hours(1);
    params.not_after = OffsetDateTime::now_utc() + valid;
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn no_revocations(issuer: &Issuer<'_, KeyPair>) -> anyhow::Result<String> {
    let now = OffsetDateTime::now_utc();
    let list = CertificateRevocationListParams {
        this_update: now - Duration::hours(1),
        next_update: now + LEAF,
        crl_number: SerialNumber::from(now.unix_timestamp().unsigned_abs()),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Ok(list.signed_by(issuer)?.pem()?)
}

fn sign(mut params: CertificateParams, issuer: &Issuer<'_, KeyPair>) -> anyhow::Result<(String, String)> {
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate()?;
    Ok((params.signed_by(&key, issuer)?.pem(), key.serialize_pem()))
}
