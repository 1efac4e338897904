//! Ports that a service can take again after it was stopped.

use std::{io, net::TcpListener};

use argosy_backends::free_port;
use rand::RngExt as _;

/// Where the search begins: below are the ports of well-known servers.
const FIRST: u16 = 15_000;
/// How often it is tried.
const TRIES: usize = 200;

/// A free port of 127.0.0.1 that is not one of those that the machine gives to outgoing connections: one of them may have it
/// when the service starts again.
pub fn lasting_port() -> io::Result<u16> {
    let end = first_outgoing().unwrap_or(32_768);
    if end <= FIRST + 1000 {
        return free_port();
    }
    for _ in 0..TRIES {
        let port = rand::rng().random_range(FIRST..end);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    free_port()
}

/// The first port that outgoing connections get.
fn first_outgoing() -> Option<u16> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    range.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lasting_port_is_no_outgoing_one() {
        let port = lasting_port().unwrap();
        assert!(first_outgoing().is_none_or(|first| port < first || first <= FIRST + 1000), "{port}");
        TcpListener::bind(("127.0.0.1", port)).unwrap();
    }
}
