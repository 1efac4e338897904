//! The telemetry message: its limits, the form clients send, and the decoder ([`decode`]).
//!
//! ```json
//! {"boot": 1763672400, "seq": 42, "points": [{"ts": 1763672405123, "values": {"speed": 12.5, "door_open": false}}]}
//! ```
//!
//! `boot` grows with every start of the device and `seq` counts its messages from 1 within a boot; both or neither. A message
//! without them is *unsequenced*: stored at least once, with no gap detection. A bare `{"speed": 12.5}` is one unsequenced
//! point, stamped on arrival.

pub mod decode;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The largest payload that is stored, in bytes.
pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
/// The most points in one message.
pub const MAX_POINTS: usize = 1_000;
/// The most values in one point.
pub const MAX_VALUES: usize = 256;
/// The longest key, in bytes; keys are `[A-Za-z0-9_.-]{1,64}`.
pub const MAX_KEY_BYTES: usize = 64;
/// The longest string value, in bytes.
pub const MAX_STRING_BYTES: usize = 1_024;

/// Whether `key` may name a value.
pub fn is_valid_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= MAX_KEY_BYTES
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// A message's place in its device's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence {
    /// The start of the device this message belongs to; at least 0.
    pub boot: i64,
    /// Counts the messages of the boot from 1.
    pub seq: i64,
}

/// One value of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other finite number.
    Number(f64),
    /// Text of at most [`MAX_STRING_BYTES`].
    Text(String),
}

/// A telemetry message as a client sends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TelemetryMessage {
    /// See [`Sequence::boot`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot: Option<i64>,
    /// See [`Sequence::seq`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// At least one, at most [`MAX_POINTS`].
    pub points: Vec<TelemetryPoint>,
}

/// What a device measured at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TelemetryPoint {
    /// Milliseconds since 1970-01-01T00:00:00Z by the device's clock.
    pub ts: i64,
    /// Values by key.
    pub values: BTreeMap<String, Value>,
}
