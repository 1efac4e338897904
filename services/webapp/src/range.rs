//! The stretch of time that a page shows, as its address says it.

use argosy_client::Span;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::Deserialize;

/// Ranges to choose from, each with its length in seconds.
pub(crate) const PRESETS: [(&str, &str, i64); 5] = [
    ("15m", "15 min", 900),
    ("1h", "1 h", 3600),
    ("6h", "6 h", 21_600),
    ("24h", "24 h", 86_400),
    ("7d", "7 d", 604_800),
];
/// Points that a chart wants at most; no screen shows more.
const POINTS: i64 = 600;
/// Lengths of buckets, in seconds.
const STEPS: [i64; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 21_600, 86_400];

/// The range in an address: a preset, or two moments.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct RangeQuery {
    /// One of [`PRESETS`].
    #[serde(default)]
    pub(crate) range: String,
    /// From when: milliseconds, RFC 3339, or what a browser's field sends, in UTC.
    #[serde(default)]
    pub(crate) from: String,
    /// Until when.
    #[serde(default)]
    pub(crate) to: String,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// Its start.
    pub(crate) from: DateTime<Utc>,
    /// Its end.
    pub(crate) to: DateTime<Utc>,
    /// The preset, where it is one: then it moves with the clock.
    pub(crate) preset: Option<&'static str>,
}

impl RangeQuery {
    /// The range; the last hour where the address says nothing that can be understood.
    pub(crate) fn resolve(&self, now: DateTime<Utc>) -> Range {
        if let (Some(from), Some(to)) = (moment(&self.from), moment(&self.to))
            && from < to
        {
            return Range { from, to, preset: None };
        }
        let (name, _, seconds) =
            PRESETS.into_iter().find(|(name, ..)| *name == self.range).unwrap_or(PRESETS[1]);
        Range { from: now - TimeDelta::seconds(seconds), to: now, preset: Some(name) }
    }
}

impl Range {
    /// The length of a bucket, in seconds, that gives a chart enough points and not too many.
    pub(crate) fn every(&self) -> i64 {
        let wanted = (self.to - self.from).num_seconds() / POINTS;
        STEPS.into_iter().find(|step| *step >= wanted).unwrap_or(604_800)
    }

    /// The range as the API takes it.
    pub(crate) fn span(&self) -> Span {
        Span {
            from: Some(self.from.timestamp_millis().to_string()),
            to: Some(self.to.timestamp_millis().to_string()),
        }
    }
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let parsed = match text.parse::<i64>() {
        Ok(millis) => DateTime::from_timestamp_millis(millis),
        Err(_) => DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok().or_else(|| {
            ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
                .into_iter()
                .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
                .map(|time| time.and_utc())
        }),
    };
    parsed.filter(|time| (0..=253_402_300_799).contains(&time.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_presets_and_moments() {
        let now = DateTime::from_timestamp(1_763_700_000, 0).unwrap();
        let query = |range: &str, from: &str, to: &str| {
            RangeQuery { range: range.into(), from: from.into(), to: to.into() }.resolve(now)
        };
        assert_eq!(query("6h", "", "").preset, Some("6h"));
        assert_eq!(query("", "", "").preset, Some("1h"));
        assert_eq!(query("nonsense", "x", "y").preset, Some("1h"));
        let custom = query("", "2025-11-21T04:30", "1763703000000");
        assert_eq!((custom.preset, custom.from.timestamp()), (None, 1_763_699_400));
        // An end before its start is no range.
        assert_eq!(query("", "1763703000000", "2025-11-21T04:30").preset, Some("1h"));
    }

    #[test]
    fn buckets_fit_the_screen() {
        let now = Utc::now();
        for (name, _, seconds) in PRESETS {
            let range = RangeQuery { range: name.into(), ..RangeQuery::default() }.resolve(now);
            let points = seconds / range.every();
            assert!((250..=1000).contains(&points), "{name}: {points}");
        }
    }
}
