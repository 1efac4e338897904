#![doc = include_str!("../README.md")]

mod arguments;
pub mod checks;
mod database;
mod page;
pub mod partitions;
mod pause;
mod probes;
mod rehearsal;
mod replication;
mod report;
mod rows;
mod run;
pub mod schema;
pub mod sequences;
mod switch;
mod world;

pub use arguments::{Arguments, Omission};
pub use run::run;
