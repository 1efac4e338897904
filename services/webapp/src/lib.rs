#![doc = include_str!("../README.md")]

mod assets;
mod change;
mod config;
mod csrf;
mod csv;
mod error;
mod extract;
mod format;
mod handlers;
mod links;
mod plot;
mod range;
mod router;
mod serve;
mod session;
mod shell;
mod state;

pub use config::Config;
pub use serve::serve;
