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

/// Where a status stands in a device's life; see [`StatusMessage::supersedes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PresenceOrder {
    /// See [`StatusMessage::boot`].
    pub boot: i64,
    /// See [`StatusMessage::connection`].
    pub connection: i64,
}

impl StatusMessage {
    /// The order of this status.
    pub const fn order(&self) -> PresenceOrder {
        PresenceOrder { boot: self.boot, connection: self.connection }
    }

    /// Whether this status counts after one of the order `last`.
    ///
    /// One of a later connection does. Within a connection only its end does, since it cannot come back to life: a retained
    /// message that is delivered again says nothing new. A device that counts nothing is taken at its last word.
    pub fn supersedes(&self, last: PresenceOrder) -> bool {
        let order = self.order();
        order > last || (order == last && (!self.online || order == PresenceOrder { boot: 0, connection: 0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_will_of_an_old_connection_is_older() {
        let now = StatusMessage { online: true, boot: 5, connection: 2 };
        let will = StatusMessage { online: false, boot: 5, connection: 1 };
        assert!(!will.supersedes(now.order()));
        let next_boot = StatusMessage { online: true, boot: 6, connection: 1 };
        assert!(next_boot.supersedes(now.order()));
    }

    #[test]
    fn a_connection_that_ended_stays_ended() {
        let start = StatusMessage { online: true, boot: 5, connection: 2 };
        let end = StatusMessage { online: false, ..start };
        assert!(end.supersedes(start.order()));
        assert!(!start.supersedes(end.order()));
        let plain = StatusMessage { online: true, boot: 0, connection: 0 };
        assert!(plain.supersedes(plain.order()));
    }

    #[test]
    fn a_bare_status_is_enough() {
        let status: StatusMessage = serde_json::from_str(r#"{"online":true}"#).unwrap();
        assert_eq!(status, StatusMessage { online: true, boot: 0, connection: 0 });
        assert!(serde_json::from_str::<StatusMessage>(r#"{"online":1}"#).is_err());
    }
}
