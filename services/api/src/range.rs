//! Time ranges and durations in query strings.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::problem::ApiError;

/// From a moment, inclusive, to another, exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeRange {
    /// The start.
    pub(crate) from: DateTime<Utc>,
    /// The end.
    pub(crate) to: DateTime<Utc>,
}

impl TimeRange {
    /// Reads `from` and `to`; the last hour where they are not given.
    pub(crate) fn parse(from: Option<&str>, to: Option<&str>, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let to = to.map_or(Ok(now), |text| moment("to", text, now))?;
        let from = from.map_or(Ok(to - TimeDelta::hours(1)), |text| moment("from", text, now))?;
        if from >= to {
            return Err(ApiError::Invalid("from must be earlier than to.".into()));
        }
        Ok(Self { from, to })
    }
}

/// A moment: RFC 3339, milliseconds since 1970, `now`, or how long ago as `-15m`.
fn moment(name: &str, text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, ApiError> {
    let parsed = match text.strip_prefix('-').map(parse_duration) {
        Some(Some(ago)) => TimeDelta::from_std(ago).ok().and_then(|ago| now.checked_sub_signed(ago)),
        _ if text == "now" => Some(now),
        _ => match text.parse::<i64>() {
            Ok(millis) => DateTime::from_timestamp_millis(millis),
            // A plus sign in a query string arrives as a space.
            Err(_) => DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok().map(|time| time.to_utc()),
        },
    };
    // PostgreSQL's own range ends long after, but nothing was measured outside of this.
    parsed.filter(|time| (0..=253_402_300_799).contains(&time.timestamp())).ok_or_else(|| {
        ApiError::BadRequest(format!(
            "{name} is a time such as 2026-01-31T12:00:00Z, 1769860800000 (milliseconds), or -15m (ago)."
        ))
    })
}

/// A duration: a whole number and `s`, `m`, `h`, `d` or `w`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let number: u64 = digits.parse().ok().filter(|number| *number <= 1_000_000_000)?;
    Some(Duration::from_secs(number * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let from = |text| TimeRange::parse(Some(text), None, now).map(|range| range.from.timestamp());
        assert_eq!(from("-15m").unwrap(), 1_700_000_000 - 900);
        assert_eq!(from("1699999999000").unwrap(), 1_699_999_999);
        assert_eq!(from("2023-11-14T22:13:19Z").unwrap(), 1_699_999_999);
        assert_eq!(from("2023-11-14T23:13:19 01:00").unwrap(), 1_699_999_999);
        for text in ["yesterday", "-1y", "-", "", "9223372036854775807", "-9999999999999w", "now"] {
            assert!(from(text).is_err(), "{text}");
        }
        assert_eq!(TimeRange::parse(None, None, now).unwrap().from.timestamp(), 1_700_000_000 - 3600);
    }
}
