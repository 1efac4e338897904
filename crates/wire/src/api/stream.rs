//! Events of `GET /stream` (Server-Sent Events): the event's name is [`StreamEvent`]'s tag, its data the fields.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::DeviceName;

/// Something that happened in a fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StreamEvent {
    /// A point was stored.
    Reading {
        /// The device.
        device: DeviceName,
        /// By the device's clock.
        ts: DateTime<Utc>,
        /// When it was received.
        received_at: DateTime<Utc>,
        /// Values by key.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        values: Map<String, Value>,
    },
    /// A device went online or offline.
    Presence {
        /// The device.
        device: DeviceName,
        /// When it was noticed.
        at: DateTime<Utc>,
        /// What it became.
        online: bool,
    },
    /// A message arrived whose predecessors have not.
    Gap {
        /// The device.
        device: DeviceName,
        /// The boot.
        boot: i64,
        /// The first missing number.
        first: i64,
        /// The last missing number.
        last: i64,
    },
    /// The reader was too slow, or the live tail was interrupted, and this many events were left out (0: not known how many).
    Missed {
        /// How many.
        count: u64,
    },
}

impl StreamEvent {
    /// The SSE event name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reading { .. } => "reading",
            Self::Presence { .. } => "presence",
            Self::Gap { .. } => "gap",
            Self::Missed { .. } => "missed",
        }
    }
}
