//! Names of test databases, which tell when they were made.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use argosy_backends::random_secret;

const PREFIX: &str = "argosy_test_";
/// No test process lives longer: what is older was left behind.
const LONGEST_RUN: Duration = Duration::from_hours(6);

/// Names that no other test process gives.
#[derive(Debug)]
pub(super) struct Names {
    began: u64,
    run: String,
    count: AtomicU32,
}

impl Names {
    pub(super) fn new() -> Self {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let run = random_secret()[..8].to_ascii_lowercase();
        Self { began, run, count: AtomicU32::new(0) }
    }

    /// `argosy_test_<seconds>_<run>_<number>`.
    pub(super) fn next(&self) -> String {
        format!("{PREFIX}{}_{}_{}", self.began, self.run, self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// Whether the database was left behind by a test process that has long ended.
    pub(super) fn is_old(&self, name: &str) -> bool {
        let made = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()?.parse::<u64>().ok());
        made.is_some_and(|made| made + LONGEST_RUN.as_secs() < self.began)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_old_from_new() {
        let names = Names::new();
        assert!(!names.is_old(&names.next()));
        assert!(names.is_old("argosy_test_1700000000_abcdefgh_3"));
        assert!(!names.is_old("argosy_test_drive"));
        assert!(!names.is_old("argosy"));
        assert_ne!(names.next(), names.next());
    }
}
