//! Fleets against a real broker, and the real ingest, API and PostgreSQL behind it.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod admin;
mod command_line;
mod disorder;
mod ledger;
mod outages;
mod receipts;
mod reference_client;
mod report;
mod seed;
mod support;
mod verify;
