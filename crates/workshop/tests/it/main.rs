//! What is made in a copy of this repository.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod application;
mod copy;
mod refusals;
mod service;
