//! The pages by HTTP, against an API that is played by [`fake`].
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod by_http;
mod fake;
mod site;
