//! The statements of a batch's transaction, each for all of the batch's rows at once.

pub(crate) mod dead_letters;
pub(crate) mod devices;
pub(crate) mod latest;
pub(crate) mod presence;
pub(crate) mod readings;
pub(crate) mod receipts;
pub(crate) mod rollups;
pub(crate) mod streams;
pub(crate) mod traffic;
