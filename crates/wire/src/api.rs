//! Bodies of the HTTP API, `/api/v1`, one module a resource.
//!
//! Times are RFC 3339 in UTC with milliseconds; durations are whole seconds and say so in their name.

pub mod audit;
pub mod credential;
pub mod dead_letter;
pub mod delivery;
pub mod device;
pub mod fleet;
pub mod overview;
pub mod presence;
pub use argosy_problem as problem;
pub mod reading;
pub mod session;
pub mod stream;
pub mod token;
pub mod user;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows of this page, in the list's order.
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
