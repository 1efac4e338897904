//! The audit log: every change, by whom and when.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::FleetName;

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: `user:<email>`, `token:<name>` or `system`.
    pub actor: String,
    /// The fleet it belongs to; absent for changes of the installation.
    pub fleet: Option<FleetName>,
    /// What was done.
    #[cfg_attr(feature = "openapi", schema(example = "device.create"))]
    pub action: String,
    /// What it was done to.
    #[cfg_attr(feature = "openapi", schema(example = "truck-0001"))]
    pub resource: String,
    /// The change itself, without secrets.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub detail: serde_json::Value,
}
