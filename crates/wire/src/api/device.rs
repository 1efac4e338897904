//! Devices.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{DeviceName, FleetName};

/// Labels of a device: keys and values of 1 to 63 characters of `[A-Za-z0-9._-]`, at most 32.
pub type Labels = BTreeMap<String, String>;

/// A device as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// Unique within its fleet.
    pub name: DeviceName,
    /// The fleet it belongs to.
    pub fleet: FleetName,
    /// What people sort devices by.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub labels: Labels,
    /// Messages of a disabled device become dead letters.
    pub enabled: bool,
    /// By its status message, or by its last message where it sends none.
    pub online: bool,
    /// When its last message was received.
    pub last_seen: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Grows with every change by a person; the ETag.
    pub version: i64,
}

/// Which devices a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Enabled and online.
    Online,
    /// Enabled and not online.
    Offline,
    /// Disabled by a person.
    Disabled,
    /// Missing messages, whatever else it is.
    WithGaps,
}

/// Body of `POST /devices`, and one line of `POST /devices/import`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateDeviceRequest {
    /// See [`Device::name`].
    pub name: DeviceName,
    /// See [`Device::labels`].
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub labels: Labels,
    /// See [`Device::enabled`]; true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Body of `PATCH /devices/{device}`: what is absent stays, labels are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateDeviceRequest {
    /// See [`Device::labels`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<std::collections::HashMap<String, String>>))]
    pub labels: Option<Labels>,
    /// See [`Device::enabled`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Answer of `POST /devices/import`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportResponse {
    /// Devices created.
    pub created: u64,
    /// Devices that existed and were changed to what the line says.
    pub updated: u64,
    /// Lines that were refused; the others are in. At most 100 are listed.
    pub refused: Vec<RefusedLine>,
    /// How many lines were refused in all.
    pub refused_count: u64,
}

/// A line of an import that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedLine {
    /// Counts from 1; in CSV the header is line 1.
    pub line: u64,
    /// What is wrong with it.
    pub detail: String,
}
