//! Several measurements of the same: their median, and how far they lie apart.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The middle one, the least and the greatest.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Spread {
    /// Of these, in whatever unit.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (Some(least), Some(greatest)) = (values.first(), values.last()) else { return Self::default() };
        let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        Self { median: f64::midpoint(low, high), least: *least, greatest: *greatest }
    }

    /// The same in another unit.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        let Self { median, least, greatest } = self;
        Self { median: median * factor, least: least * factor, greatest: greatest * factor }
    }

    /// Of these, in milliseconds.
    pub(crate) fn of_times(times: impl IntoIterator<Item = Duration>) -> Self {
        Self::of(times.into_iter().map(|time| time.as_secs_f64() * 1e3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        let odd = Spread::of([3.0, 1.0, 2.0]);
        assert_eq!((odd.least, odd.median, odd.greatest), (1.0, 2.0, 3.0));
        assert!((Spread::of([1.0, 2.0, 4.0, 9.0]).median - 3.0).abs() < f64::EPSILON);
        assert!(Spread::of([]).median.abs() < f64::EPSILON);
    }
}
