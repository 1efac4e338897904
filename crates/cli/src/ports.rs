//! Whether ports are free.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener},
};

use anyhow::{Context as _, bail};

/// Refuses a port that is taken, with the option that changes it.
pub(crate) fn check(port: u16, what: &str, option: &str) -> anyhow::Result<()> {
    match TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "port {port} ({what}) is taken: stop what listens there, or choose another by {option} <port>"
            )
        }
        Err(error) => {
            Err(error).with_context(|| format!("port {port} ({what}) cannot be used; {option} changes it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_its_option() {
        let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = check(port, "the API", "--api-port").unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--api-port"), "{error}");
        drop(taken);
        check(port, "the API", "--api-port").unwrap();
    }
}
