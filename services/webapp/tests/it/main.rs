//! The pages by HTTP and in Chromium, before the real API.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod browser;
mod by_http;
mod in_chromium;
mod pages;
mod screenshots;
mod stack;
mod visitor;
