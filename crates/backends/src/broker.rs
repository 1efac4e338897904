//! A private Mosquitto.

use std::{
    net::Ipv4Addr,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::net::TcpStream;

use crate::{
    Error, Server, StopSignal,
    broker::configuration::{ACCESS, configuration},
    find,
    folder::Folder,
};

mod configuration;

/// It writes its sessions before it ends.
const STOP_GRACE: Duration = Duration::from_secs(20);

/// Certificates of the TLS listener.
#[derive(Debug, Clone)]
pub struct BrokerTls {
    /// PEM of the authorities that sign clients.
    pub client_ca: String,
    /// PEM of the server's certificate and chain.
    pub certificate: String,
    /// PEM of its private key.
    pub key: String,
    /// PEM of the lists of revoked client certificates, where there are any. With them Mosquitto demands a list of every
    /// authority that signs clients itself: one is missing, and all of that authority's clients are refused.
    pub revoked: Option<String>,
}

/// Which listeners the broker has.
#[derive(Debug, Clone, Default)]
pub struct BrokerOptions {
    /// MQTT over TLS on every interface, where clients show certificates.
    pub tls: Option<(u16, BrokerTls)>,
    /// Plain MQTT on 127.0.0.1 without identities: for tests and benchmarks alone.
    pub plain: Option<u16>,
}

/// A Mosquitto of our own.
#[derive(Debug)]
pub struct Broker {
    program: PathBuf,
    ports: Vec<(Ipv4Addr, u16)>,
    server: Server,
}

impl Broker {
    /// Prepares an instance in `folder`, which keeps sessions and retained messages.
    pub fn prepare(folder: &Path, options: &BrokerOptions) -> Result<Self, Error> {
        let program = find::program(&["mosquitto"], "mosquitto")?;
        let mut ports = Vec::new();
        ports.extend(options.tls.as_ref().map(|(port, _)| (Ipv4Addr::UNSPECIFIED, *port)));
        ports.extend(options.plain.map(|port| (Ipv4Addr::LOCALHOST, port)));
        if ports.is_empty() {
            return Err(Error::Options("the broker needs a listener"));
        }
        let folder = Folder::open(folder)?;
        let server = Server::new("Mosquitto", folder, StopSignal::Terminate, STOP_GRACE);
        let broker = Self { program, ports, server };
        broker.write(options)?;
        Ok(broker)
    }

    /// Removes the folder when this is dropped, or when this process is killed.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.server.set_temporary();
        self
    }

    fn write(&self, options: &BrokerOptions) -> Result<(), Error> {
        let folder = self.server.files();
        folder.write("acl", ACCESS)?;
        if let Some((_, tls)) = &options.tls {
            folder.write("client-ca.pem", &tls.client_ca)?;
            folder.write("certificate.pem", &tls.certificate)?;
            folder.write("key.pem", &tls.key)?;
            if let Some(revoked) = &tls.revoked {
                folder.write("revoked.pem", revoked)?;
            }
        }
        folder.write("mosquitto.conf", &configuration(folder.path(), options))
    }

    /// Starts the broker and waits until it takes connections.
    pub async fn start(&mut self) -> Result<(), Error> {
        let arguments = vec!["-c".into(), self.server.files().file("mosquitto.conf").into_os_string()];
        let ports = self.ports.clone();
        self.server.launch(&self.program, arguments, &ports, || all_answer(ports.clone())).await
    }

    /// Refuses these clients from now on; their connections stay until they end. Works only where the broker was prepared
    /// with a list, be it an empty one.
    pub fn revoke(&mut self, revoked: &str) -> Result<(), Error> {
        self.server.files().write("revoked.pem", revoked)?;
        self.server.process().map_or(Ok(()), crate::Process::reload)
    }
}

async fn all_answer(ports: Vec<(Ipv4Addr, u16)>) -> bool {
    for (_, port) in ports {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            return false;
        }
    }
    true
}

/// Stop, kill, pause and the rest are the same for every server.
impl Deref for Broker {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Broker {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}
