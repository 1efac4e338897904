//! Small drawings that need no script, and where a line must break.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A filled curve over evenly spaced values, in a box of 1000 by 100.
#[derive(Debug)]
pub(crate) struct Area {
    /// The path of the line.
    pub(crate) line: String,
    /// The path of what lies under it.
    pub(crate) fill: String,
}

impl Area {
    /// Draws the values between zero and a little above their highest.
    pub(crate) fn new(values: &[f64]) -> Self {
        let highest = values.iter().copied().fold(0.0, f64::max) * 1.15;
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let step = 1000.0 / (values.len().max(2) - 1) as f64;
        let mut line = String::new();
        for (index, value) in values.iter().enumerate() {
            let (x, y) = (index as f64 * step, 100.0 - value / highest * 100.0);
            let _ = write!(line, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
        }
        let fill = if line.is_empty() { String::new() } else { format!("{line}L1000 100L0 100Z") };
        Self { line, fill }
    }
}

/// A curve over time in a box of 120 by 24, broken where values are missing.
pub(crate) fn sparkline(points: &[(i64, Option<f64>)], from: i64, to: i64) -> String {
    let values = points.iter().filter_map(|(_, value)| *value);
    let (low, high) =
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let (span, height) = ((to - from).max(1) as f64, high - low);
    let mut path = String::new();
    let mut is_drawing = false;
    for (at, value) in points {
        let Some(value) = value else {
            is_drawing = false;
            continue;
        };
        let x = (at - from) as f64 / span * 120.0;
        // A constant runs through the middle.
        let y = if height > 0.0 { 22.0 - (value - low) / height * 20.0 } else { 12.0 };
        // A lone point is a short line, or it would not be seen.
        let _ = if is_drawing { write!(path, "L{x:.1} {y:.1}") } else { write!(path, "M{x:.1} {y:.1}h.5") };
        is_drawing = true;
    }
    path
}

/// Steps before and after a silence that say how often the device sends.
const NEAR: usize = 5;

/// The same points, with an empty one wherever the silence is too long to be bridged: more than three times the usual step around it,
/// and more than two and a half buckets. Times are milliseconds.
pub(crate) fn with_gaps(points: &[(i64, f64)], every: i64) -> Vec<(i64, Option<f64>)> {
    let steps: Vec<i64> = points.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let mut broken: Vec<(i64, Option<f64>)> = Vec::with_capacity(points.len());
    for (index, (at, value)) in points.iter().enumerate() {
        if let Some(silence) = index.checked_sub(1) {
            let before = &steps[silence.saturating_sub(NEAR)..silence];
            let after = &steps[index.min(steps.len())..(index + NEAR).min(steps.len())];
            // A device may send more often from some moment on, or less.
            let usual = [before, after].into_iter().filter_map(median).min().unwrap_or(steps[silence]);
            if steps[silence] > (usual * 3).max(every * 5 / 2) {
                broken.push((points[silence].0 + usual, None));
            }
        }
        broken.push((*at, Some(*value)));
    }
    broken
}

fn median(steps: &[i64]) -> Option<i64> {
    let mut steps = steps.to_vec();
    steps.sort_unstable();
    steps.get(steps.len() / 2).map(|step| (*step).max(1))
}

/// A stretch of a strip, in thousandths of its length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Stretch {
    /// Where it starts.
    pub(crate) start: f64,
    /// How long it is.
    pub(crate) length: f64,
    /// What it is, as a class of the drawing.
    pub(crate) kind: &'static str,
    /// What it is, in words.
    pub(crate) title: String,
}

/// A strip of stretches between two moments; each lasts until the next.
pub(crate) fn strip(
    changes: &[(DateTime<Utc>, &'static str, String)],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Stretch> {
    let span = (to - from).num_milliseconds().max(1) as f64;
    let place =
        |at: DateTime<Utc>| ((at - from).num_milliseconds() as f64 / span * 1000.0).clamp(0.0, 1000.0);
    let ends = changes.iter().skip(1).map(|change| change.0).chain([to]);
    changes
        .iter()
        .zip(ends)
        .map(|((at, kind, title), end)| Stretch {
            start: place(*at),
            length: place(end) - place(*at),
            kind,
            title: title.clone(),
        })
        .filter(|stretch| stretch.length > 0.0)
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn silence_breaks_the_line_and_a_slow_device_does_not() {
        let regular: Vec<(i64, f64)> = (0..10).map(|index| (index * 60_000, 1.0)).collect();
        assert!(with_gaps(&regular, 2000).iter().all(|(_, value)| value.is_some()));
        let mut silent = regular.clone();
        silent.drain(4..8);
        let broken = with_gaps(&silent, 2000);
        assert_eq!(broken.iter().filter(|(_, value)| value.is_none()).count(), 1);
        assert_eq!(broken[4], (240_000, None));
        assert!(with_gaps(&[], 1000).is_empty());
    }

    #[test]
    fn a_device_that_sends_more_often_from_some_moment_on_keeps_its_line() {
        let slow = (0..40).map(|index| index * 5_000);
        let fast = (1..=200).map(|index| 195_000 + index * 1_000);
        let points: Vec<(i64, f64)> = slow.chain(fast).map(|at| (at, 1.0)).collect();
        let breaks: Vec<i64> = with_gaps(&points, 1000)
            .into_iter()
            .filter(|point| point.1.is_none())
            .map(|point| point.0)
            .collect();
        assert!(breaks.len() <= 3 && breaks.iter().all(|at| *at > 180_000), "{breaks:?}");
    }

    #[test]
    fn drawings_stay_in_their_box() {
        assert_eq!(Area::new(&[]).fill, "");
        assert!(Area::new(&[0.0, 5.0, 10.0]).line.starts_with("M0.0 100.0L500.0"));
        let path = sparkline(&[(0, Some(1.0)), (50, None), (100, Some(3.0))], 0, 100);
        assert_eq!(path, "M0.0 22.0h.5M120.0 2.0h.5");
        assert_eq!(sparkline(&[(0, Some(1.0))], 0, 100), "M0.0 12.0h.5");
    }

    #[test]
    fn a_strip_ends_where_the_range_does() {
        let from = DateTime::from_timestamp(0, 0).unwrap();
        let at = |seconds| from + TimeDelta::seconds(seconds);
        let changes =
            [(at(0), "on", String::new()), (at(50), "off", String::new()), (at(100), "on", String::new())];
        let strip = strip(&changes, from, at(100));
        assert_eq!(strip.len(), 2);
        assert!((strip[1].start - 500.0).abs() < 1e-9 && (strip[1].length - 500.0).abs() < 1e-9);
    }
}
