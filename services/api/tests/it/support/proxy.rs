//! A TCP proxy whose connections can fall silent: what a client sees of a server whose machine or network is gone.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// A proxy before a server; it ends with it.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    /// Connections of an earlier generation say nothing more.
    generation: watch::Sender<u64>,
}

impl Proxy {
    /// Listens on a port of its own.
    pub(crate) async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (generation, current) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(target).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(forward(from_client, to_server, current.clone()));
                tokio::spawn(forward(from_server, to_client, current.clone()));
            }
        });
        Self { address, generation }
    }

    /// Makes every connection that there is fall silent, without closing it. New ones work.
    pub(crate) fn silence(&self) {
        self.generation.send_modify(|generation| *generation += 1);
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, current: watch::Receiver<u64>) {
    let own = *current.borrow();
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if *current.borrow() != own {
            std::future::pending::<()>().await;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
