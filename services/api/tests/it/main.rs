//! The API over HTTP, on a real PostgreSQL and a real Redis.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod audit;
mod bad_input;
mod bootstrap;
mod credentials;
mod database_away;
mod devices;
mod fleets;
mod import_export;
mod ingest;
mod limits;
mod maintenance;
mod openapi;
mod presence;
mod readings;
mod receipts;
mod schema;
mod sessions;
mod stream;
mod support;
mod tls;
mod tokens;
mod users;
