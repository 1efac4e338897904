#![doc = include_str!("../README.md")]

mod arguments;
mod commits;
mod evidence;
mod fault;
mod fleet;
pub mod kind;
pub mod mounts;
pub mod plan;
mod reference;
mod report;
mod roster;
mod run;
mod screen;
mod verdict;
mod world;

pub use arguments::Arguments;
pub use run::run;
pub use verdict::{Devices, Difference, Verdict};
