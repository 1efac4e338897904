//! Delivery: which messages of a device are in the database.

use serde::{Deserialize, Serialize};

use crate::DeviceName;

/// An unbroken run of sequence numbers, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SequenceRange {
    /// The first number.
    pub first: i64,
    /// The last number.
    pub last: i64,
}

/// The messages of one boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BootDelivery {
    /// The boot.
    pub boot: i64,
    /// Messages stored, each once.
    pub received: i64,
    /// The highest sequence number stored.
    pub highest: i64,
    /// Numbers below the highest that are not stored.
    pub missing: i64,
    /// Messages that came again and were not stored again.
    pub duplicates: i64,
    /// The runs stored, in order.
    pub ranges: Vec<SequenceRange>,
    /// The runs missing below the highest, in order.
    pub gaps: Vec<SequenceRange>,
}

/// Answer of `GET /devices/{device}/delivery`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryResponse {
    /// The device.
    pub device: DeviceName,
    /// By boot, newest first; at most 100.
    pub boots: Vec<BootDelivery>,
    /// Missing numbers over all boots.
    pub missing: i64,
    /// Duplicates over all boots.
    pub duplicates: i64,
}
