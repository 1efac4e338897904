//! The fault suite's own tools: a network that breaks as it should, and a verdict that finds what is wrong.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod proxy;
mod verdict;
