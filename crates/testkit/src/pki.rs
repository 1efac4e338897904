//! A certificate authority for tests.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
};
use time::{Duration, OffsetDateTime};

/// How long everything is valid.
const VALIDITY: Duration = Duration::days(30);

/// A certificate authority.
pub struct Ca {
    /// Its certificate in PEM: what servers and clients trust.
    pub certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate, in PEM.
    pub certificate: String,
    /// The private key, in PEM.
    pub key: String,
    serial: u64,
}

/// Where a certificate and its key were written.
#[derive(Debug, Clone)]
pub struct IssuedFiles {
    /// The certificate's file.
    pub certificate: PathBuf,
    /// The private key's file.
    pub key: PathBuf,
}

impl Ca {
    /// A new authority; its name tells several apart.
    pub fn new(name: &str) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = params(name, Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { certificate, issuer: Issuer::new(params, key) })
    }

    /// A certificate of a server on this machine: `localhost` and 127.0.0.1.
    pub fn server(&self) -> anyhow::Result<Issued> {
        let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
        self.issue(params("localhost", names.to_vec())?, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate of a client of this name.
    pub fn client(&self, name: &str) -> anyhow::Result<Issued> {
        self.issue(params(name, Vec::new())?, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// A client's certificate that ran out an hour ago.
    pub fn expired_client(&self, name: &str) -> anyhow::Result<Issued> {
        let mut params = params(name, Vec::new())?;
        params.not_after = OffsetDateTime::now_utc() - Duration::hours(1);
        self.issue(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue(&self, mut params: CertificateParams, usage: ExtendedKeyUsagePurpose) -> anyhow::Result<Issued> {
        // Positive in DER too.
        let serial = rand::random::<u64>() >> 1;
        params.serial_number = Some(SerialNumber::from(serial));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Issued { certificate, key: key.serialize_pem(), serial })
    }

    /// The list of these revoked certificates, in PEM. `number` grows with every list.
    pub fn revoked(&self, number: u64, certificates: &[&Issued]) -> anyhow::Result<String> {
        let now = OffsetDateTime::now_utc();
        let revoked = |issued: &&Issued| RevokedCertParams {
            serial_number: SerialNumber::from(issued.serial),
            revocation_time: now,
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: now - Duration::minutes(5),
            next_update: now + VALIDITY,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: certificates.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }

    /// Writes the authority's certificate into this folder.
    pub fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        write(folder, "ca.pem", &self.certificate)
    }
}

impl Issued {
    /// Writes both into this folder, as `<name>.pem` and `<name>-key.pem`.
    pub fn write(&self, folder: &Path, name: &str) -> anyhow::Result<IssuedFiles> {
        Ok(IssuedFiles {
            certificate: write(folder, &format!("{name}.pem"), &self.certificate)?,
            key: write(folder, &format!("{name}-key.pem"), &self.key)?,
        })
    }
}

fn params(name: &str, alternatives: Vec<String>) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(alternatives)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + VALIDITY;
    Ok(params)
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(path)
}

impl std::fmt::Debug for Ca {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ca").finish_non_exhaustive()
    }
}
