//! The pauses between attempts: they grow and differ, so that replicas do not come back all at once.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

/// The pause after the first failure.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause, before up to as much again is added by chance.
pub(crate) const MAX: Duration = Duration::from_millis(2500);

/// Pauses without end: giving up would lose what the broker was promised.
pub(crate) fn growing() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::new()
        .with_min_delay(FIRST)
        .with_max_delay(MAX)
        .with_factor(2.0)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_never_end() {
        let pauses: Vec<Duration> = growing().take(1000).collect();
        assert_eq!(pauses.len(), 1000);
        assert!(pauses[0] >= FIRST && pauses[0] <= FIRST * 2);
        assert!(pauses[10..].iter().all(|pause| (MAX..=MAX * 2).contains(pause)));
    }
}
