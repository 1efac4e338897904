//! The retained status message and the order in which presence changes.
//!
//! A device publishes `{"online": true, "boot": B, "connection": C}` after it connects, and registers
//! `{"online": false, "boot": B, "connection": C}` as its last will. `connection` grows with every connection of a boot, so
//! a will that the broker delivers late carries an older [`PresenceOrder`] than the device's present one and changes nothing.

use serde::{Deserialize, Serialize};

/// What a device says of its own presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusMessage {
    /// Whether the device is connected.
    pub online: bool,
    /// The device's boot number, as in its telemetry; 0 where it keeps none.
    #[serde(default)]
    pub boot: i64,
    /// Counts the connections of this boot; 0 where the device keeps none.
    #[serde(default)]
    pub connection: i64,
}

/// Where a status stands in a device's life: a status counts only if its order is greater than, or equal to, the last one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PresenceOrder {
    /// See [`StatusMessage::boot`].
    pub boot: i64,
    /// See [`StatusMessage::connection`].
    pub connection: i64,
}

impl StatusMessage {
    /// The order of this status. Within one connection the later arrival counts.
    pub const fn order(&self) -> PresenceOrder {
        PresenceOrder { boot: self.boot, connection: self.connection }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_will_of_an_old_connection_is_older() {
        let now = StatusMessage { online: true, boot: 5, connection: 2 };
        let will = StatusMessage { online: false, boot: 5, connection: 1 };
        assert!(will.order() < now.order());
        let next_boot = StatusMessage { online: true, boot: 6, connection: 1 };
        assert!(now.order() < next_boot.order());
    }

    #[test]
    fn a_bare_status_is_enough() {
        let status: StatusMessage = serde_json::from_str(r#"{"online":true}"#).unwrap();
        assert_eq!(status, StatusMessage { online: true, boot: 0, connection: 0 });
        assert!(serde_json::from_str::<StatusMessage>(r#"{"online":1}"#).is_err());
    }
}
