//! Dead letters: messages that could not be stored, kept with their reason.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::DeadLetterReason;

/// A dead letter as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetter {
    /// Names it.
    pub id: i64,
    /// The fleet that its topic names, where there is such a fleet.
    pub fleet: Option<String>,
    /// The device that its topic names, whether there is one or not.
    pub device: Option<String>,
    /// The topic as received.
    pub topic: String,
    /// Why it was not stored.
    pub reason: DeadLetterReason,
    /// What exactly is wrong with it.
    pub detail: String,
    /// When it was first received.
    pub received_at: DateTime<Utc>,
    /// When the same payload last came again.
    pub last_received_at: DateTime<Utc>,
    /// How often the same payload came.
    pub occurrences: i64,
    /// The size of the payload as received, in bytes.
    pub payload_bytes: i64,
}

/// A dead letter with its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetterDetail {
    /// Its facts.
    #[serde(flatten)]
    pub dead_letter: DeadLetter,
    /// The payload, where it is text.
    pub payload_text: Option<String>,
    /// The payload in base64; only the first 64 KiB are kept.
    pub payload_base64: String,
}

/// Body of `POST /dead-letters/replay` and `POST /dead-letters/discard`: which ones. At least one field must be given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeadLetterSelection {
    /// These.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<i64>>,
    /// All of this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DeadLetterReason>,
    /// All of this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// Answer of `POST /dead-letters/replay`: at most 10,000 are tried at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplayResponse {
    /// Stored now, and dead letters no more.
    pub stored: u64,
    /// In the database already, and dead letters no more.
    pub duplicate: u64,
    /// Dead letters still.
    pub refused: u64,
}

/// Answer of `POST /dead-letters/discard`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiscardResponse {
    /// How many were discarded.
    pub discarded: u64,
}
