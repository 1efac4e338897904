//! The command `argosy` with every program of the stack, from a device to the page.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod delivery;
mod device;
mod faults;
mod lifecycle;
mod pods;
mod restart;
mod revocation;
mod stack;
mod transcript;
mod whole_path;
mod workshop;
