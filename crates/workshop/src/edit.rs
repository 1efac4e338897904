//! One entry more in a file that people write; every other byte stays.

mod lines;
mod toml;
mod yaml;

pub(crate) use lines::{add_image, add_row};
pub(crate) use toml::add_service;
pub(crate) use yaml::{Place, add_to_list};

/// Where a text lacks what an entry belongs into.
pub(crate) type Lack = String;
