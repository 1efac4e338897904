//! The runtime's servers as their clients see them, good ones and others.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod admin;
mod drain;
mod metrics;
mod panics;
mod request_ids;
mod slow_clients;
mod support;
mod tls;
