//! HTTP handlers, one module a resource.

pub(crate) mod ingest;
