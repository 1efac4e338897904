//! `--healthy`: a service asks the one that runs beside it.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use crate::config::AdminConfig;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The exit code that says whether the service at this admin port is ready, where that was asked for.
pub fn answer(config: &AdminConfig) -> Option<ExitCode> {
    config.healthy.then(|| match is_ready(config.admin_listen) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("nothing answers at {}: {error}", config.admin_listen);
            ExitCode::FAILURE
        }
    })
}

fn is_ready(mut address: SocketAddr) -> std::io::Result<bool> {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    eprintln!("{body}");
    Ok(head.starts_with("HTTP/1.1 200"))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::admin::{self, Readiness};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_service_is_healthy_when_all_its_components_are() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (readiness, stop) = (Readiness::new(), CancellationToken::new());
        let component = readiness.component("database");
        let serving = tokio::spawn(admin::serve(listener, readiness, stop.clone(), stop.clone()));
        let ask = async || tokio::task::spawn_blocking(move || is_ready(address)).await.unwrap();
        assert!(!ask().await.unwrap());
        component.ready();
        assert!(ask().await.unwrap());
        stop.cancel();
        serving.await.unwrap();
        assert!(ask().await.is_err(), "nobody listens any more");
    }
}
