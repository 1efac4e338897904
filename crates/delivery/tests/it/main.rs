//! Delivery against real Git: bare remotes, clones, hooks.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod audit;
mod diff;
mod gates;
mod history;
mod hosts;
mod image_set;
mod merges;
mod peers;
mod promote;
mod race;
mod refusals;
mod repository;
mod rollback;
mod scale;
mod scratch;
mod verify;
mod writers;
