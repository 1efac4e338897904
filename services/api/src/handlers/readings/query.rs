//! The query string of readings, and what it asks.

use argosy_wire::{DeviceName, api::reading::Aggregate, telemetry::is_valid_key};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Position;
use crate::{
    cursor,
    problem::ApiError,
    range::{TimeRange, parse_duration},
    readings::buckets::BucketQuery,
};

/// Points on a page, and buckets of an answer, at the most.
const MAX_POINTS: usize = 10_000;
const MAX_BUCKETS: i64 = 10_000;
/// Devices of one request at the most.
pub(super) const MAX_DEVICES: usize = 50;

/// Which devices.
#[derive(Debug, Deserialize)]
pub(crate) struct DevicesQuery {
    /// Their names.
    #[serde(default)]
    pub(crate) device: Vec<DeviceName>,
}

/// Which readings.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadingsQuery {
    /// This key; may be given several times. All keys without it.
    #[serde(default)]
    key: Vec<String>,
    /// From when: RFC 3339, milliseconds since 1970, or how long ago as `-1h`. An hour before `to` without it.
    #[param(example = "-1h")]
    from: Option<String>,
    /// Until when; now without it.
    #[param(example = "now")]
    to: Option<String>,
    /// Length of a bucket: a number and `s`, `m`, `h`, `d` or `w`. Raw readings without it.
    #[param(example = "5m")]
    every: Option<String>,
    /// What becomes of a bucket's values; `mean` without it.
    aggregate: Option<Aggregate>,
    /// Points on a page of raw readings.
    limit: Option<usize>,
    /// Where the page starts: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What is asked.
#[derive(Debug)]
pub(super) enum Question {
    /// Rows as they are.
    Raw {
        /// Which time.
        range: TimeRange,
        /// Which keys; all where it is empty.
        keys: Vec<String>,
        /// Points on the page.
        limit: usize,
        /// Where the page starts.
        cursor: Option<Position>,
    },
    /// Rows folded.
    Buckets(BucketQuery),
}

impl ReadingsQuery {
    /// Understands it, for so many devices.
    pub(super) fn question(self, now: DateTime<Utc>, devices: usize) -> Result<Question, ApiError> {
        let range = TimeRange::parse(self.from.as_deref(), self.to.as_deref(), now)?;
        if let Some(key) = self.key.iter().find(|key| !is_valid_key(key)) {
            return Err(ApiError::Invalid(format!(
                "'{}' cannot be a key.",
                key.chars().take(80).collect::<String>()
            )));
        }
        let Some(every) = self.every else {
            if self.aggregate.is_some() {
                return Err(ApiError::Invalid(
                    "An aggregate needs the length of a bucket: add every=5m.".into(),
                ));
            }
            let limit = self.limit.unwrap_or(1_000).clamp(1, MAX_POINTS);
            let cursor = self.cursor.as_deref().map(cursor::decode).transpose()?;
            return Ok(Question::Raw { range, keys: self.key, limit, cursor });
        };
        let every = parse_duration(&every)
            .filter(|every| !every.is_zero())
            .and_then(|every| i64::try_from(every.as_millis()).ok())
            .ok_or_else(|| ApiError::BadRequest("every is a length such as 30s, 5m, 1h or 1d.".into()))?;
        let length = (range.to - range.from).num_milliseconds();
        let buckets = (length / every + 1).saturating_mul(i64::try_from(devices).unwrap_or(i64::MAX));
        if buckets > MAX_BUCKETS {
            return Err(ApiError::Invalid(format!(
                "That would be {buckets} buckets, and an answer has at most {MAX_BUCKETS}: choose a longer every or a shorter range."
            )));
        }
        let aggregate = self.aggregate.unwrap_or(Aggregate::Mean);
        Ok(Question::Buckets(BucketQuery { range, every, aggregate, keys: self.key }))
    }
}
