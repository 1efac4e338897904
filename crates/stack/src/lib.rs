#![doc = include_str!("../README.md")]

mod authority;
mod certificates;
mod files;
mod installation;
mod ports;
pub mod proxy;
mod service;

pub use authority::{Authority, Identity};
pub use certificates::{Certificates, INGEST};
pub use files::Files;
pub use installation::Installation;
pub use ports::lasting_port;
pub use service::{Service, program};
