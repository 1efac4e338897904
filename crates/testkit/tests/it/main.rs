//! The kit against real servers, on each of its ways.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod broker;
mod postgres;
mod redis;
