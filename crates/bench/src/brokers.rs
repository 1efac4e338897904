//! A broker with two doors: a plain one for publishers, and one with TLS for whoever reads, as ingest does.
//!
//! Mosquitto reads one packet of a plain connection a turn, and all packets of a TLS record. While publishers keep it busy, the
//! acknowledgements of a plain subscriber would pile up unread, and with them the messages that they are for.

use argosy_backends::{Broker, BrokerOptions, free_port};
use argosy_stack::{Certificates, Files, Installation};
use tempfile::TempDir;

use crate::usage;

/// Files and certificates in a temporary folder.
pub(crate) fn installation() -> anyhow::Result<(TempDir, Installation)> {
    let folder = tempfile::tempdir()?;
    let files = Files::at(folder.path())?;
    files.create()?;
    Ok((folder, Installation { certificates: Certificates::prepare(&files)?, files }))
}

/// A broker, and nothing behind it.
pub(crate) struct LoneBroker {
    pub(crate) installation: Installation,
    pub(crate) broker: Broker,
    pub(crate) plain_port: u16,
    pub(crate) tls_port: u16,
    // Last, since the broker uses it.
    _folder: TempDir,
}

impl LoneBroker {
    /// Starts it.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let (folder, installation) = installation()?;
        // Nobody has made an authority for devices: the publishers come in by the plain door.
        installation.files.write_secret("secrets/device-ca.pem", "")?;
        let tls = installation.broker_tls(None)?;
        let (plain_port, tls_port) = (free_port()?, free_port()?);
        let options = BrokerOptions { tls: Some((tls_port, tls)), plain: Some(plain_port) };
        let mut broker = Broker::prepare(&installation.files.file("broker"), &options)?.temporary();
        broker.start().await?;
        Ok(Self { installation, broker, plain_port, tls_port, _folder: folder })
    }

    /// Its process.
    pub(crate) fn process(&mut self) -> (&'static str, i32) {
        ("broker", usage::id(self.broker.process()))
    }
}
