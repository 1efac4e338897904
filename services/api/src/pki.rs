//! The devices' certificate authorities: a root, one authority a fleet below it, and the devices' certificates below that.
//!
//! A broker needs to trust the root alone. The common name of a device's certificate is `fleet/device`, which the broker takes
//! for its user name and checks topics against.

use std::fmt::Write as _;

use anyhow::Context as _;
use argosy_wire::{DeviceName, FleetName};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use rand::Rng as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertificateSigningRequestParams,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SerialNumber,
};
use time::OffsetDateTime;

/// How long authorities are valid.
const AUTHORITY_DAYS: i64 = 20 * 365;
/// How long a revocation list is valid: brokers refuse everybody once it has run out, so it outlasts a forgotten refresh.
const REVOCATION_LIST_DAYS: i64 = 365;
/// Clocks of devices and brokers may be this far behind ours.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(5);

/// An authority with its key.
#[derive(Clone)]
pub(crate) struct Authority {
    /// Its certificate.
    pub(crate) certificate_pem: String,
    /// Its private key.
    pub(crate) key_pem: String,
}

/// A certificate for a device.
pub(crate) struct Issued {
    /// The certificate and the fleet's authority.
    pub(crate) certificate_pem: String,
    /// The private key, where it was made here.
    pub(crate) private_key_pem: Option<String>,
    /// In hex.
    pub(crate) serial: String,
    /// From when it is valid.
    pub(crate) created_at: DateTime<Utc>,
    /// Until when.
    pub(crate) expires_at: DateTime<Utc>,
}

impl Authority {
    /// A new root.
    pub(crate) fn root() -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let certificate = authority_params("Argosy device root", 1)?.self_signed(&key)?;
        Ok(Self { certificate_pem: certificate.pem(), key_pem: key.serialize_pem() })
    }

    /// A new authority of a fleet, signed by this root.
    pub(crate) fn for_fleet(&self, fleet: &FleetName) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let name = format!("Argosy devices of {fleet}");
        let certificate = authority_params(&name, 0)?.signed_by(&key, &self.issuer()?)?;
        Ok(Self { certificate_pem: certificate.pem(), key_pem: key.serialize_pem() })
    }

    /// A certificate for a device; for its own key where it sent a signing request, whose subject is ignored.
    pub(crate) fn issue(
        &self,
        fleet: &FleetName,
        device: &DeviceName,
        valid_days: i32,
        csr_pem: Option<&str>,
    ) -> anyhow::Result<Issued> {
        // As it is kept: answers are the same now and later.
        let created_at = Utc::now().trunc_subsecs(3);
        let expires_at = created_at + TimeDelta::days(i64::from(valid_days));
        let serial = random_serial();
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = common_name(&format!("{fleet}/{device}"));
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.not_before = offset(created_at - CLOCK_SLACK)?;
        params.not_after = offset(expires_at)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let issuer = self.issuer()?;
        let (certificate, private_key_pem) = if let Some(csr_pem) = csr_pem {
            let mut request = CertificateSigningRequestParams::from_pem(csr_pem)?;
            request.params = params;
            (request.signed_by(&issuer)?, None)
        } else {
            let key = KeyPair::generate()?;
            (params.signed_by(&key, &issuer)?, Some(key.serialize_pem()))
        };
        Ok(Issued {
            certificate_pem: certificate.pem() + &self.certificate_pem,
            private_key_pem,
            serial: hex(&serial),
            created_at,
            expires_at,
        })
    }

    /// The list of certificates that this authority revoked: serial in hex, and when.
    pub(crate) fn revocation_list(&self, revoked: &[(String, DateTime<Utc>)]) -> anyhow::Result<String> {
        let now = Utc::now();
        let revoked_certs = revoked.iter().map(|(serial, at)| {
            Ok(RevokedCertParams {
                serial_number: SerialNumber::from_slice(&from_hex(serial).context("a serial is not hex")?),
                revocation_time: offset(*at)?,
                reason_code: None,
                invalidity_date: None,
            })
        });
        let params = CertificateRevocationListParams {
            this_update: offset(now - CLOCK_SLACK)?,
            next_update: offset(now + TimeDelta::days(REVOCATION_LIST_DAYS))?,
            crl_number: SerialNumber::from(u64::try_from(now.timestamp_millis()).unwrap_or_default()),
            issuing_distribution_point: None,
            revoked_certs: revoked_certs.collect::<anyhow::Result<_>>()?,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(params.signed_by(&self.issuer()?)?.pem()?)
    }

    fn issuer(&self) -> anyhow::Result<Issuer<'static, KeyPair>> {
        let key = KeyPair::from_pem(&self.key_pem).context("the authority's key cannot be read")?;
        Ok(Issuer::from_ca_cert_pem(&self.certificate_pem, key)?)
    }
}

fn authority_params(name: &str, below: u8) -> anyhow::Result<CertificateParams> {
    let now = Utc::now();
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = common_name(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(SerialNumber::from_slice(&random_serial()));
    params.use_authority_key_identifier_extension = true;
    params.not_before = offset(now - CLOCK_SLACK)?;
    params.not_after = offset(now + TimeDelta::days(AUTHORITY_DAYS))?;
    Ok(params)
}

fn common_name(name: &str) -> rcgen::DistinguishedName {
    let mut distinguished = rcgen::DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// 16 random bytes, positive as RFC 5280 asks (section 4.1.2.2).
fn random_serial() -> [u8; 16] {
    let mut serial = [0_u8; 16];
    rand::rng().fill_bytes(&mut serial);
    serial[0] = serial[0] & 0x7f | 0x40;
    serial
}

fn offset(time: DateTime<Utc>) -> anyhow::Result<OffsetDateTime> {
    Ok(OffsetDateTime::from_unix_timestamp(time.timestamp())?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use x509_parser::{parse_x509_certificate, pem::Pem};

    use super::*;

    #[test]
    fn a_device_is_signed_by_its_fleet_and_the_fleet_by_the_root() {
        let (fleet, device) = ("demo".parse().unwrap(), "truck-0001".parse().unwrap());
        let root = Authority::root().unwrap();
        let authority = root.for_fleet(&fleet).unwrap();
        let issued = authority.issue(&fleet, &device, 30, None).unwrap();
        let chain: Vec<Pem> =
            Pem::iter_from_buffer(issued.certificate_pem.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(chain.len(), 2);
        let (_, leaf) = parse_x509_certificate(&chain[0].contents).unwrap();
        let (_, middle) = parse_x509_certificate(&chain[1].contents).unwrap();
        let root_pem = Pem::iter_from_buffer(root.certificate_pem.as_bytes()).next().unwrap().unwrap();
        let (_, top) = parse_x509_certificate(&root_pem.contents).unwrap();
        assert_eq!(leaf.subject().to_string(), "CN=demo/truck-0001");
        assert_eq!(leaf.issuer(), middle.subject());
        assert_eq!(middle.issuer(), top.subject());
        assert_eq!(leaf.raw_serial_as_string().replace(':', ""), issued.serial);
        assert!(!leaf.is_ca() && middle.is_ca() && top.is_ca());
    }

    #[test]
    fn a_revocation_list_names_serials() {
        let authority = Authority::root().unwrap().for_fleet(&"demo".parse().unwrap()).unwrap();
        let list = authority.revocation_list(&[("4abc".into(), Utc::now())]).unwrap();
        let pem = Pem::iter_from_buffer(list.as_bytes()).next().unwrap().unwrap();
        let (_, list) = x509_parser::parse_x509_crl(&pem.contents).unwrap();
        assert_eq!(list.iter_revoked_certificates().count(), 1);
    }
}
