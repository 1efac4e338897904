//! A port of this machine that leads to a service of the cluster.

use std::process::Stdio;

use anyhow::Context as _;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::NAMESPACE;

/// `kubectl port-forward`, for as long as this is kept.
pub(crate) struct Forward {
    /// The port.
    pub(crate) port: u16,
    _child: Child,
}

impl Forward {
    /// To this port of a service.
    pub(crate) async fn to(service: &str, port: u16) -> anyhow::Result<Self> {
        let mut child = Command::new("kubectl")
            .args([
                "port-forward",
                "--namespace",
                NAMESPACE,
                &format!("service/{service}"),
                &format!(":{port}"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let line = lines.next_line().await?.with_context(|| format!("{service} cannot be forwarded to"))?;
        // "Forwarding from 127.0.0.1:41235 -> 8444"
        let local = line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split(' ').next());
        let port = local.and_then(|port| port.parse().ok()).with_context(|| format!("which port? {line}"))?;
        // It writes a line a connection, and must find a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { port, _child: child })
    }
}
