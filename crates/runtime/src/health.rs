//! `--healthy`: a service asks the one that runs beside it.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use crate::{admin_client, config::AdminConfig};

/// The exit code that says whether the service at this admin port is ready, where that was asked for.
pub fn answer(config: &AdminConfig) -> Option<ExitCode> {
    config.healthy.then(|| match ask(config.admin_listen) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("nothing answers at {}: {error}", config.admin_listen);
            ExitCode::FAILURE
        }
    })
}

fn ask(address: SocketAddr) -> io::Result<bool> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(is_ready(address))
}

async fn is_ready(mut address: SocketAddr) -> io::Result<bool> {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let (status, body) = admin_client::get(address, "/readyz").await?;
    eprintln!("{body}");
    Ok(status == 200)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::admin::{self, Readiness};

    #[tokio::test]
    async fn a_service_is_healthy_when_all_its_components_are() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (readiness, stop) = (Readiness::new(), CancellationToken::new());
        let component = readiness.component("database");
        let serving = tokio::spawn(admin::serve(listener, readiness, stop.clone(), stop.clone()));
        assert!(!is_ready(address).await.unwrap());
        component.ready();
        assert!(is_ready(address).await.unwrap());
        stop.cancel();
        serving.await.unwrap();
        assert!(is_ready(address).await.is_err(), "nobody listens any more");
    }
}
