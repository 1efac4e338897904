//! Buckets of one device's readings: clean minutes that lie in one bucket from rollups, everything else from rows, in one
//! snapshot.

use std::collections::{BTreeMap, BTreeSet};

use argosy_wire::api::reading::{Aggregate, Reading};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::fold::{Folds, add_fold, add_values};
use crate::{db::readings as tables, range::TimeRange};

/// The length of a rollup, in milliseconds.
const MINUTE: i64 = 60_000;

/// What to make of the readings.
#[derive(Debug, Clone)]
pub(crate) struct BucketQuery {
    /// Which time.
    pub(crate) range: TimeRange,
    /// The length of a bucket, in milliseconds; buckets start at multiples of it since 1970.
    pub(crate) every: i64,
    /// What becomes of a bucket's values.
    pub(crate) aggregate: Aggregate,
    /// Which keys; all where it is empty.
    pub(crate) keys: Vec<String>,
}

/// The buckets of a device in the order of time, those without values left out. The connection must be in a transaction of one
/// snapshot: a minute that is rolled up between two statements would count twice or not at all.
pub(crate) async fn read(
    connection: &mut PgConnection,
    device_id: i64,
    query: &BucketQuery,
) -> Result<Vec<Reading>, sqlx::Error> {
    let mut buckets: BTreeMap<i64, Folds> = BTreeMap::new();
    let start_of = |millis: i64| millis.div_euclid(query.every) * query.every;
    let (from, to) = (query.range.from.timestamp_millis(), query.range.to.timestamp_millis());
    // Whole minutes within the range.
    let first = from.div_euclid(MINUTE) + i64::from(from.rem_euclid(MINUTE) != 0);
    let (first, end) = (first * MINUTE, to.div_euclid(MINUTE) * MINUTE);
    let raw = if query.every >= MINUTE && first < end {
        let whole = TimeRange { from: time(first), to: time(end) };
        let mut by_rows: BTreeSet<_> = cut_minutes(query.every, first, end).collect();
        by_rows.extend(tables::find_unrolled(connection, device_id, whole).await?);
        for (minute, folds) in tables::find_rollups(connection, device_id, whole).await? {
            if by_rows.contains(&minute) {
                continue;
            }
            let bucket = buckets.entry(start_of(minute.timestamp_millis())).or_default();
            for (key, fold) in folds.0 {
                if query.keys.is_empty() || query.keys.contains(&key) {
                    add_fold(bucket, key, fold);
                }
            }
        }
        let mut raw = vec![TimeRange { from: query.range.from, to: time(first) }];
        raw.extend(
            by_rows.into_iter().map(|minute| TimeRange { from: minute, to: minute + TimeDelta::minutes(1) }),
        );
        raw.push(TimeRange { from: time(end), to: query.range.to });
        raw
    } else {
        vec![query.range]
    };
    let raw = joined(raw);
    if !raw.is_empty() {
        tables::for_each_reading(connection, device_id, &raw, |ts, values| {
            let millis = ts.timestamp_millis();
            add_values(buckets.entry(start_of(millis)).or_default(), millis, values, &query.keys)
        })
        .await?;
    }
    Ok(buckets.into_iter().filter_map(|(start, folds)| bucket(start, &folds, query.aggregate)).collect())
}

fn bucket(start: i64, folds: &Folds, aggregate: Aggregate) -> Option<Reading> {
    let values: serde_json::Map<_, _> =
        folds.iter().filter_map(|(key, fold)| Some((key.clone(), fold.aggregate(aggregate)?))).collect();
    (!values.is_empty()).then(|| Reading { ts: time(start), values })
}

/// The minutes from `first` to `end` that belong to two buckets, since one begins in their midst.
fn cut_minutes(every: i64, first: i64, end: i64) -> impl Iterator<Item = DateTime<Utc>> {
    let edges = (first.div_euclid(every) + 1..).map(move |bucket| bucket * every);
    edges
        .take_while(move |edge| *edge < end)
        .filter(|edge| edge.rem_euclid(MINUTE) != 0)
        .map(|edge| time(edge.div_euclid(MINUTE) * MINUTE))
}

/// Neighbouring ranges as one, empty ones left out.
fn joined(ranges: Vec<TimeRange>) -> Vec<TimeRange> {
    let mut joined: Vec<TimeRange> = Vec::new();
    for range in ranges.into_iter().filter(|range| range.from < range.to) {
        match joined.last_mut() {
            Some(last) if last.to == range.from => last.to = range.to,
            _ => joined.push(range),
        }
    }
    joined
}

fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_with_an_edge_inside_are_cut() {
        let cut = |every: i64, first: i64, end: i64| -> Vec<i64> {
            cut_minutes(every * 1000, first * MINUTE, end * MINUTE)
                .map(|minute| minute.timestamp_millis() / MINUTE)
                .collect()
        };
        assert!(cut(120, 0, 10).is_empty());
        assert_eq!(cut(90, 0, 10), [1, 4, 7]);
        assert_eq!(cut(90, 1, 2), [1]);
        assert_eq!(cut(90, -4, 0), [-2]);
        assert_eq!(cut(1210, 0, 61), [20, 40, 60]);
    }
}
