//! Sets of numbers that are mostly unbroken.

use std::collections::BTreeMap;

/// Numbers as runs without a break: first to last, both inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(BTreeMap<i64, i64>);

impl Ranges {
    /// Adds a run; what it overlaps or touches becomes one with it.
    pub fn add(&mut self, mut first: i64, mut last: i64) {
        while let Some((&start, &end)) = self.0.range(..=last.saturating_add(1)).next_back() {
            if end < first.saturating_sub(1) {
                break;
            }
            first = first.min(start);
            last = last.max(end);
            self.0.remove(&start);
        }
        self.0.insert(first, last);
    }

    /// Whether a number is there.
    pub fn contains(&self, number: i64) -> bool {
        self.0.range(..=number).next_back().is_some_and(|(_, end)| *end >= number)
    }

    /// Adds a number; whether it is new.
    pub fn insert(&mut self, number: i64) -> bool {
        let is_new = !self.contains(number);
        if is_new {
            self.add(number, number);
        }
        is_new
    }

    /// The runs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.0.iter().map(|(first, last)| (*first, *last))
    }

    /// How many numbers.
    pub fn count(&self) -> i64 {
        self.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers that `other` lacks, as runs.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut missing = Self::default();
        for (first, last) in self.iter() {
            let mut next = first;
            let from = other.0.range(..=first).next_back().map_or(first, |(start, _)| *start);
            for (&start, &end) in other.0.range(from..=last) {
                if start > next {
                    missing.add(next, (start - 1).min(last));
                }
                next = next.max(end.saturating_add(1));
            }
            if next <= last {
                missing.add(next, last);
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_are_sets(
            one in prop::collection::vec((0_i64..60, 0_i64..6), 0..20),
            two in prop::collection::vec((0_i64..60, 0_i64..6), 0..20),
            number in 0_i64..70,
        ) {
            let build = |runs: &[(i64, i64)]| {
                let (mut ranges, mut set) = (Ranges::default(), BTreeSet::new());
                for (first, length) in runs {
                    ranges.add(*first, first + length);
                    set.extend(*first..=first + length);
                }
                (ranges, set)
            };
            let numbers = |ranges: &Ranges| {
                ranges.iter().flat_map(|(first, last)| first..=last).collect::<BTreeSet<_>>()
            };
            let ((mut one, mut one_set), (two, two_set)) = (build(&one), build(&two));
            prop_assert_eq!(numbers(&one), one_set.clone());
            prop_assert_eq!(usize::try_from(one.count()), Ok(one_set.len()));
            prop_assert_eq!(one.is_empty(), one_set.is_empty());
            let difference = one_set.difference(&two_set).copied().collect::<BTreeSet<_>>();
            prop_assert_eq!(numbers(&one.without(&two)), difference);
            prop_assert_eq!(one.contains(number), one_set.contains(&number));
            prop_assert_eq!(one.insert(number), one_set.insert(number));
            prop_assert_eq!(numbers(&one), one_set);
        }
    }
}
