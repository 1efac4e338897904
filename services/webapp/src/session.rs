//! Who is looking at a page: the session's cookie, and what the API knows of its bearer.

pub(crate) mod cookies;
pub(crate) mod notice;
mod visit;

pub(crate) use visit::{Caller, Visit};
