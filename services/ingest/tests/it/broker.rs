//! A Mosquitto of a test's own, on a port that stays the same when it starts again.

use std::os::unix::fs::PermissionsExt as _;

use argosy_backends::{Broker as Mosquitto, BrokerOptions};
use tempfile::TempDir;

/// A running broker.
pub(crate) struct Broker {
    pub(crate) server: Mosquitto,
    pub(crate) port: u16,
    _folder: TempDir,
}

impl Broker {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        // The server may run as another user than the test.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let port = argosy_backends::free_port().unwrap();
        let options = BrokerOptions { tls: None, plain: Some(port) };
        let mut server = Mosquitto::prepare(&folder.path().join("broker"), &options).unwrap();
        server.start().await.unwrap();
        Self { server, port, _folder: folder }
    }
}
