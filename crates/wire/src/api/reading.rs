//! Readings and latest values.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::DeviceName;

/// How the values of a bucket become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The smallest number.
    Min,
    /// The largest number.
    Max,
    /// The arithmetic mean of the numbers.
    Mean,
    /// The sum of the numbers.
    Sum,
    /// How many values there are, of any type.
    Count,
    /// The value with the earliest timestamp, of any type.
    First,
    /// The value with the latest timestamp, of any type.
    Last,
}

/// One moment, or one bucket by its start, of one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reading {
    /// By the device's clock; of a bucket its start.
    pub ts: DateTime<Utc>,
    /// Values by key.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub values: Map<String, Value>,
}

/// Readings of one device, in the order of their timestamps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// The device.
    pub device: DeviceName,
    /// Its readings.
    pub readings: Vec<Reading>,
}

/// Answer of `GET /devices/{device}/readings` and `GET /readings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadingsResponse {
    /// The start of what was asked, inclusive.
    pub from: DateTime<Utc>,
    /// The end of what was asked, exclusive.
    pub to: DateTime<Utc>,
    /// The length of a bucket; absent for raw readings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<i64>,
    /// How a bucket's values became one; absent for raw readings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
    /// One entry a device, in the order asked.
    pub series: Vec<Series>,
    /// Give it as `cursor` for what follows; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The newest value of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LatestValue {
    /// By the device's clock.
    pub ts: DateTime<Utc>,
    /// A number, a boolean or a string.
    #[cfg_attr(feature = "openapi", schema(schema_with = scalar))]
    pub value: Value,
}

#[cfg(feature = "openapi")]
fn scalar() -> utoipa::openapi::Object {
    use utoipa::openapi::{ObjectBuilder, Type, schema::SchemaType};
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Number, Type::Boolean, Type::String]))
        .description(Some("A number, a boolean or a string."))
        .build()
}

/// The newest values of one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LatestValues {
    /// The device.
    pub device: DeviceName,
    /// When its last message was received.
    pub last_seen: Option<DateTime<Utc>>,
    /// By key.
    pub values: BTreeMap<String, LatestValue>,
}
