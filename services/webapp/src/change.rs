//! Entries of the audit log in words.

use chrono::DateTime;
use serde_json::Value;

use crate::format;

/// What was done: `Token created`. An action that these pages do not know stands as it is.
pub(crate) fn action(action: &str) -> &str {
    match action {
        "credential.issue" => "Certificate issued",
        "credential.revoke" => "Certificate revoked",
        "dead_letter.discard" => "Dead letters discarded",
        "dead_letter.replay" => "Dead letters replayed",
        "device.create" => "Device created",
        "device.delete" => "Device deleted",
        "device.import" => "Devices imported",
        "device.update" => "Device changed",
        "fleet.create" => "Fleet created",
        "fleet.update" => "Fleet changed",
        "session.create" => "Signed in",
        "session.end" => "Signed out",
        "token.create" => "Token created",
        "token.revoke" => "Token revoked",
        "user.create" => "User created",
        "user.delete" => "User deleted",
        "user.update" => "User changed",
        other => other,
    }
}

/// Who did it: a user's email, or `token ci`.
pub(crate) fn actor(actor: &str) -> String {
    actor.strip_prefix("user:").map_or_else(|| actor.replacen(':', " ", 1), ToOwned::to_owned)
}

/// The particulars in a line: `role viewer, fleet demo`.
pub(crate) fn detail(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => {
            DateTime::parse_from_rfc3339(text).map_or_else(|_| text.clone(), |at| format::moment(at.to_utc()))
        }
        Value::Array(values) => join(values.iter().map(detail), " "),
        Value::Object(values) => join(
            values
                .iter()
                .map(|(key, value)| (key.replace('_', " "), detail(value)))
                .filter(|(_, words)| !words.is_empty())
                .map(|(key, words)| format!("{key} {words}")),
            ", ",
        ),
        other => other.to_string(),
    }
}

fn join(words: impl Iterator<Item = String>, between: &str) -> String {
    words.collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_read_as_words() {
        assert_eq!((action("token.create"), action("comet.tame")), ("Token created", "comet.tame"));
        assert_eq!(
            (actor("user:ada@example.com"), actor("token:ci")),
            ("ada@example.com".into(), "token ci".into())
        );
        let value = json!({"expires_at": null, "scopes": ["read", "write"], "valid_days": 90});
        assert_eq!(detail(&value), "scopes read write, valid days 90");
        assert_eq!(detail(&json!({"labels": {}, "enabled": false})), "enabled false");
        let value = json!({"expires_at": "2026-11-23T15:59:43.678537872Z"});
        assert_eq!(detail(&value), "expires at 2026-11-23 15:59:43 UTC");
    }
}
