//! A fleet at a glance.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{DeadLetterReason, FleetName, api::audit::AuditEntry};

/// Answer of `GET /overview`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OverviewResponse {
    /// The fleet.
    pub fleet: FleetName,
    /// Devices that are enabled.
    pub devices: i64,
    /// Of them, online.
    pub online: i64,
    /// Devices that are disabled.
    pub disabled: i64,
    /// Messages a second, over the last ten seconds.
    pub messages_per_second: f64,
    /// The last hour by ten seconds, oldest first; where nothing came there is an entry of zeros.
    pub traffic: Vec<TrafficSample>,
    /// Sequence numbers that are missing, over all devices.
    pub missing: i64,
    /// Devices with at least one missing.
    pub devices_with_gaps: i64,
    /// Dead letters by reason, those with none left out.
    pub dead_letters: Vec<DeadLetterCount>,
    /// The last changes by people, newest first; at most ten.
    pub changes: Vec<AuditEntry>,
}

/// What ten seconds brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrafficSample {
    /// The start of the ten seconds.
    pub at: DateTime<Utc>,
    /// Messages stored.
    pub messages: i64,
    /// Points stored.
    pub points: i64,
    /// Duplicates.
    pub duplicates: i64,
    /// Dead letters.
    pub dead_letters: i64,
}

/// Dead letters of one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetterCount {
    /// The reason.
    pub reason: DeadLetterReason,
    /// How many there are.
    pub count: i64,
}
