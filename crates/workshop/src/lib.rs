#![doc = include_str!("../README.md")]

mod application;
pub mod checks;
pub mod doctor;
mod edit;
mod error;
mod listing;
mod name;
mod plan;
mod process;
mod render;
mod service;
mod shape;
mod table;
mod templates;
pub mod upgrade;

pub use application::{ApplicationPlan, NewApplication, default_folder};
pub use error::Error;
pub use name::NewName;
pub use plan::{Done, Edit, Plan, Step, Write};
pub use render::{Rendered, RenderedEnvironment, render};
pub use service::{NewService, Template};
pub use shape::Shape;
