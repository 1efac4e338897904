//! The longest time in which something did not happen.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Moments at which something happened. Clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moments(Arc<Mutex<Vec<Instant>>>);

impl Moments {
    /// It happened.
    pub(crate) fn note(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
    }

    /// How often it happened.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The longest time without it that touches this span.
    pub(crate) fn longest_pause(&self, from: Instant, to: Instant) -> Duration {
        let moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        longest_pause(&moments, from, to)
    }
}

/// A pause counts from its beginning, be that before the span, to its end or that of the span.
fn longest_pause(moments: &[Instant], from: Instant, to: Instant) -> Duration {
    let begins = moments.iter().copied().chain((moments.is_empty()).then_some(from));
    let ends = moments.iter().copied().skip(1).chain([to]);
    begins
        .zip(ends)
        .filter(|(begin, end)| *end > from && *begin < to)
        .map(|(begin, end)| end.min(to).saturating_duration_since(begin))
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pause_of_a_span_is_told() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let moments = [at(0), at(10), at(400), at(410), at(1000)];
        assert_eq!(longest_pause(&moments, at(5), at(450)).as_millis(), 390);
        assert_eq!(longest_pause(&moments, at(405), at(500)).as_millis(), 90);
        assert_eq!(longest_pause(&moments, at(405), at(1100)).as_millis(), 590);
        assert_eq!(longest_pause(&moments, at(1100), at(1500)).as_millis(), 500);
        assert_eq!(longest_pause(&[], at(100), at(300)).as_millis(), 200);
    }
}
