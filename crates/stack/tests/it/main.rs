//! The parts of the stack that can be tested alone.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod proxy;
