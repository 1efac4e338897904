//! Readings as they are asked for: raw, or folded into buckets from rollups and rows.

pub(crate) mod buckets;
pub mod fold;
pub(crate) mod pace;
pub(crate) mod rollup;
