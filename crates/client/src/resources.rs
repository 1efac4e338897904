//! The endpoints, one module a resource.

pub(crate) mod credentials;
pub(crate) mod dead_letters;
pub(crate) mod devices;
pub(crate) mod fleets;
pub(crate) mod ingest;
pub(crate) mod people;
pub(crate) mod readings;
