//! Readings as they are asked for: raw, or folded into buckets from rollups and rows.

pub(crate) mod buckets;
pub(crate) mod fold;
pub(crate) mod rollup;
