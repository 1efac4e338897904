//! Presence: when a device was online.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What told of a change of presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PresenceSource {
    /// The device's status message, or its last will.
    Status,
    /// A message of a device that sends no status, or its silence.
    LastSeen,
}

/// A change of presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PresenceEvent {
    /// When it was noticed, by Argosy's clock.
    pub at: DateTime<Utc>,
    /// What the device became.
    pub online: bool,
    /// What told of it.
    pub source: PresenceSource,
}

/// Answer of `GET /devices/{device}/presence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PresenceResponse {
    /// What the device is now.
    pub online: bool,
    /// What it was before the first event listed, where that is known.
    pub online_before: Option<bool>,
    /// The changes in the range asked, oldest first; at most 1,000.
    pub events: Vec<PresenceEvent>,
}
