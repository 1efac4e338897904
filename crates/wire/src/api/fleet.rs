//! Fleets: the tenants.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::FleetName;

/// A fleet as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fleet {
    /// Unique, and part of every topic of its devices.
    pub name: FleetName,
    /// Whether a first message creates its device; otherwise it becomes a dead letter.
    pub auto_register: bool,
    /// Readings older than this are dropped, by whole days.
    #[cfg_attr(feature = "openapi", schema(example = 90))]
    pub retention_days: i32,
    /// A device that publishes no status counts as offline after this silence.
    #[cfg_attr(feature = "openapi", schema(example = 120))]
    pub offline_after_seconds: i32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the ETag.
    pub version: i64,
}

/// Body of `POST /fleets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateFleetRequest {
    /// See [`Fleet::name`].
    pub name: FleetName,
    /// See [`Fleet::auto_register`]; false.
    #[serde(default)]
    pub auto_register: bool,
    /// See [`Fleet::retention_days`], 1 to 3650; 90.
    #[serde(default)]
    pub retention_days: Option<i32>,
    /// See [`Fleet::offline_after_seconds`], 5 to 86,400; 120.
    #[serde(default)]
    pub offline_after_seconds: Option<i32>,
}

/// Body of `PATCH /fleets/{fleet}`: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateFleetRequest {
    /// See [`Fleet::auto_register`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_register: Option<bool>,
    /// See [`Fleet::retention_days`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i32>,
    /// See [`Fleet::offline_after_seconds`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_after_seconds: Option<i32>,
}
