//! Why a message could not be stored.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The reason a message became a dead letter instead of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterReason {
    /// The payload is not JSON.
    NotJson,
    /// The payload is JSON, but not a telemetry or status message.
    BadMessage,
    /// The topic names a device, or a fleet, that does not exist.
    UnknownDevice,
    /// The device exists and is disabled.
    DeviceDisabled,
    /// A timestamp lies before the fleet's retention or too far in the future.
    TimestampOutOfRange,
    /// The payload is over 64 KiB.
    TooLarge,
    /// The topic is not one a device may publish readings or status to.
    TopicMismatch,
}

impl DeadLetterReason {
    /// Every reason, in the order they are documented.
    pub const ALL: [Self; 7] = [
        Self::NotJson,
        Self::BadMessage,
        Self::UnknownDevice,
        Self::DeviceDisabled,
        Self::TimestampOutOfRange,
        Self::TooLarge,
        Self::TopicMismatch,
    ];

    /// The reason as it stands in the database, in URLs and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::BadMessage => "bad_message",
            Self::UnknownDevice => "unknown_device",
            Self::DeviceDisabled => "device_disabled",
            Self::TimestampOutOfRange => "timestamp_out_of_range",
            Self::TooLarge => "too_large",
            Self::TopicMismatch => "topic_mismatch",
        }
    }
}

impl fmt::Display for DeadLetterReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A reason that is none of [`DeadLetterReason::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no dead-letter reason")]
pub struct UnknownReason(String);

impl FromStr for DeadLetterReason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or_else(|| UnknownReason(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_agree() {
        for reason in DeadLetterReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{reason}\""));
        }
    }
}
