//! The kit against real servers, on each of its ways.

mod broker;
mod postgres;
mod redis;
