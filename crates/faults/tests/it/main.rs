//! The fault suite's own tools: a verdict that finds what is wrong.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod verdict;
