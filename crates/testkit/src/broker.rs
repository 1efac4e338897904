//! Mosquitto for tests.

use std::time::Duration;

use anyhow::Context as _;
use argosy_backends::{Broker, BrokerOptions, BrokerTls, free_port};
use secrecy::{ExposeSecret as _, SecretString};
use testcontainers::{
    GenericImage, ImageExt as _,
    core::{IntoContainerPort as _, WaitFor},
    runners::AsyncRunner as _,
};
use tokio::{net::TcpStream, sync::OnceCell};
use url::Url;

use crate::{
    Ca, Way, docker,
    private::{on_a_free_port, temporary_folder},
    way::{Held, explain, hold},
};

const VARIABLE: &str = "ARGOSY_TEST_MQTT_URL";
const IMAGE: (&str, &str) = ("eclipse-mosquitto", "2.0.22");
const CONTAINER_CONFIGURATION: &str = "listener 1883\nallow_anonymous true\nmax_queued_messages 100000\n";
const DEADLINE: Duration = Duration::from_secs(5);

/// A broker that takes plain MQTT without identities.
#[derive(Debug)]
pub struct BrokerServer {
    /// Where it is reached: `mqtt://host:port`.
    pub url: SecretString,
    _held: Held,
}

/// A broker of a test's own, native, with both listeners.
#[derive(Debug)]
pub struct PrivateBroker {
    /// For faults: stop, kill, pause, start again.
    pub broker: Broker,
    /// Plain MQTT without identities: `mqtt://127.0.0.1:port`.
    pub url: String,
    /// MQTT over TLS, for clients with a certificate: `mqtts://localhost:port`.
    pub tls_url: String,
    /// The port of plain MQTT.
    pub port: u16,
    /// The port of MQTT over TLS.
    pub tls_port: u16,
    /// Signed the broker's certificate, and signs those of its clients: `fleet/device`, or `ingest`.
    pub ca: Ca,
}

/// The broker that the tests of this process share. Each uses a fleet of its own.
pub async fn broker() -> anyhow::Result<&'static BrokerServer> {
    static SERVER: OnceCell<BrokerServer> = OnceCell::const_new();
    SERVER
        .get_or_try_init(async || {
            let way = Way::choose(VARIABLE).await;
            explain(BrokerServer::start(&way).await, VARIABLE, &way)
        })
        .await
}

/// A broker of this test's own, running.
pub async fn private_broker() -> anyhow::Result<PrivateBroker> {
    let ca = Ca::new("Argosy test")?;
    let server = ca.server()?;
    let tls = BrokerTls {
        client_ca: ca.certificate.clone(),
        certificate: server.certificate,
        key: server.key,
        revoked: Some(ca.revoked(1, &[])?),
    };
    let (broker, port, tls_port) = on_a_free_port(async |port| {
        let tls_port = free_port().unwrap_or_default();
        let options = BrokerOptions { tls: Some((tls_port, tls.clone())), plain: Some(port) };
        let mut broker = Broker::prepare(&temporary_folder("mosquitto"), &options)?.temporary();
        broker.start().await.map(|()| (broker, port, tls_port))
    })
    .await?;
    let url = format!("mqtt://127.0.0.1:{port}");
    Ok(PrivateBroker { broker, url, tls_url: format!("mqtts://localhost:{tls_port}"), port, tls_port, ca })
}

impl BrokerServer {
    /// A broker on this way.
    pub async fn start(way: &Way) -> anyhow::Result<Self> {
        let (url, held) = match way {
            Way::Given(url) => (url.clone(), hold(())),
            Way::Docker => {
                let container = GenericImage::new(IMAGE.0, IMAGE.1)
                    .with_exposed_port(1883.tcp())
                    .with_wait_for(WaitFor::message_on_stderr("running"))
                    .with_copy_to(
                        "/mosquitto/config/mosquitto.conf",
                        CONTAINER_CONFIGURATION.as_bytes().to_vec(),
                    )
                    .start()
                    .await?;
                let address =
                    format!("{}:{}", container.get_host().await?, container.get_host_port_ipv4(1883).await?);
                let reaper = docker::remove_with_this_process(container.id());
                (format!("mqtt://{address}").into(), hold((container, reaper)))
            }
            Way::Native => {
                let private = private_broker().await?;
                (private.url.clone().into(), hold(private))
            }
        };
        let server = Self { url, _held: held };
        let (host, port) = server.address()?;
        let connecting = TcpStream::connect((host.as_str(), port));
        tokio::time::timeout(DEADLINE, connecting).await.context("the broker does not answer")??;
        Ok(server)
    }

    /// Its host and port.
    pub fn address(&self) -> anyhow::Result<(String, u16)> {
        let url = Url::parse(self.url.expose_secret()).context("the address of the broker is no URL")?;
        let host = url.host_str().context("the address of the broker has no host")?;
        Ok((host.to_owned(), url.port().unwrap_or(1883)))
    }
}
