//! Client certificates of devices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A certificate as it is listed; the private key is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credential {
    /// Names it when it is revoked.
    pub id: Uuid,
    /// The certificate's serial number, in hex.
    pub serial: String,
    /// From when it is valid.
    pub created_at: DateTime<Utc>,
    /// Until when it is valid.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Body of `POST /devices/{device}/credentials`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IssueCredentialRequest {
    /// Days of validity, 1 to 3650; 365.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<i32>,
    /// A certificate signing request in PEM, where the device keeps its own key. Its subject is ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csr_pem: Option<String>,
}

/// Answer of `POST /devices/{device}/credentials`: the only time that the private key is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuedCredential {
    /// The certificate's facts.
    pub credential: Credential,
    /// The certificate and the fleet's device CA that signed it; its CN is `fleet/device`.
    pub certificate_pem: String,
    /// The private key (PKCS #8); absent where a signing request was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key_pem: Option<String>,
}
