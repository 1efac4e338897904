//! MQTT topics of a device: `v1/{fleet}/{device}/...`.

use std::fmt;

use crate::name::{DeviceName, FleetName, is_valid_name};

/// What a device's topic carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicKind {
    /// Readings, device to Argosy.
    Telemetry,
    /// Online or offline, retained, with the last will as its offline form.
    Status,
}

impl TopicKind {
    /// The last level of the topic.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Telemetry => "telemetry",
            Self::Status => "status",
        }
    }
}

/// A device's topic, borrowed from the text it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Topic<'a> {
    /// The fleet's name; valid by [`is_valid_name`].
    pub fleet: &'a str,
    /// The device's name; valid by [`is_valid_name`].
    pub device: &'a str,
    /// What it carries.
    pub kind: TopicKind,
}

/// A topic that is none of Argosy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the topic is not v1/{{fleet}}/{{device}}/telemetry or .../status")]
pub struct InvalidTopic;

impl<'a> Topic<'a> {
    /// Reads a topic as a device would publish to it.
    pub fn parse(text: &'a str) -> Result<Self, InvalidTopic> {
        let mut levels = text.split('/');
        let (Some("v1"), Some(fleet), Some(device), Some(kind), None) =
            (levels.next(), levels.next(), levels.next(), levels.next(), levels.next())
        else {
            return Err(InvalidTopic);
        };
        let kind = match kind {
            "telemetry" => TopicKind::Telemetry,
            "status" => TopicKind::Status,
            _ => return Err(InvalidTopic),
        };
        if !is_valid_name(fleet) || !is_valid_name(device) {
            return Err(InvalidTopic);
        }
        Ok(Self { fleet, device, kind })
    }
}

impl fmt::Display for Topic<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v1/{}/{}/{}", self.fleet, self.device, self.kind.as_str())
    }
}

/// The topic a device publishes its readings to.
pub fn telemetry_topic(fleet: &FleetName, device: &DeviceName) -> String {
    Topic { fleet: fleet.as_str(), device: device.as_str(), kind: TopicKind::Telemetry }.to_string()
}

/// The retained topic of a device's presence.
pub fn status_topic(fleet: &FleetName, device: &DeviceName) -> String {
    Topic { fleet: fleet.as_str(), device: device.as_str(), kind: TopicKind::Status }.to_string()
}

/// The topic on which a device hears which of its messages are committed; see [`crate::receipt`].
pub fn receipt_topic(fleet: &FleetName, device: &DeviceName) -> String {
    format!("v1/{fleet}/{device}/receipt")
}

/// The filter for every device's messages of a kind.
pub fn wildcard_filter(kind: TopicKind) -> String {
    format!("v1/+/+/{}", kind.as_str())
}

/// The filter by which all of ingest's connections share every device's messages of a kind (MQTT 5, 4.8.2).
pub fn shared_filter(kind: TopicKind) -> String {
    format!("$share/ingest/{}", wildcard_filter(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_reads_back_as_written() {
        for text in ["v1/demo/truck-0001/telemetry", "v1/a/0/status"] {
            assert_eq!(Topic::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn foreign_topics_are_refused() {
        for text in [
            "",
            "v1",
            "v2/a/b/telemetry",
            "v1/a/b/command",
            "v1/A/b/telemetry",
            "v1/a/b/telemetry/x",
            "v1//b/status",
        ] {
            assert_eq!(Topic::parse(text), Err(InvalidTopic), "{text}");
        }
    }
}
