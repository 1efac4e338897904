//! A TCP proxy between two parts, whose network breaks on request.

mod balance;
mod connection;

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_util::task::AbortOnDropHandle;

use balance::Targets;

/// How the network is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// As it should be.
    Fine,
    /// New connections are reset at once.
    Refusing,
    /// Nothing passes, and nothing is closed.
    Silent,
    /// Each piece takes so long, and so many bytes pass in a second.
    Slow {
        /// Added to each piece.
        latency: Duration,
        /// At the most.
        bytes_per_second: f64,
    },
    /// Connections are reset instead of passing on an answer: what was asked for is done, and who asked does not know.
    LosingAnswers(Answer),
}

/// How an answer is told from other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// PostgreSQL says that a transaction is committed.
    Commit,
    /// Something of the size of an HTTP answer, encrypted, on a connection that is past its handshake.
    Encrypted,
}

/// What connections look at.
#[derive(Debug, Clone, Copy)]
struct State {
    condition: Condition,
    /// Connections with a lower number are reset.
    cut_below: u64,
    /// Connections with a lower number are silent for ever.
    silent_below: u64,
}

/// A proxy. Dropped, it resets its connections.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Shared {
    state: watch::Sender<State>,
    targets: Targets,
    /// The number of the next connection.
    next: AtomicU64,
    /// Answers that were lost.
    lost: AtomicU64,
}

impl Proxy {
    /// Listens on a port of its own, and passes connections on to one of these ports of 127.0.0.1.
    pub async fn start(targets: &[u16]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, crate::lasting_port()?)).await?;
        let port = listener.local_addr()?.port();
        let state = State { condition: Condition::Fine, cut_below: 0, silent_below: 0 };
        let shared = Arc::new(Shared {
            state: watch::channel(state).0,
            targets: Targets::new(targets),
            next: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { port, shared, _task: AbortOnDropHandle::new(task) })
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The servers behind it.
    pub fn targets(&self) -> &Targets {
        &self.shared.targets
    }

    /// Changes the network for connections that stand, and for new ones.
    pub fn set(&self, condition: Condition) {
        self.shared.state.send_modify(|state| state.condition = condition);
    }

    /// Resets every connection that stands; new ones work.
    pub fn cut(&self) {
        let next = self.shared.next.load(Ordering::Relaxed);
        self.shared.state.send_modify(|state| state.cut_below = next);
    }

    /// Lets every connection that stands fall silent for ever, without closing it.
    pub fn silence(&self) {
        let next = self.shared.next.load(Ordering::Relaxed);
        self.shared.state.send_modify(|state| state.silent_below = next);
    }

    /// How many answers were lost so far.
    pub fn lost_answers(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    connections.spawn(serve(client, Arc::clone(&shared)));
                }
                // Out of files, say: it passes.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(client: TcpStream, shared: Arc<Shared>) {
    let number = shared.next.fetch_add(1, Ordering::Relaxed);
    let condition = shared.state.borrow().condition;
    match condition {
        Condition::Refusing => return connection::reset(&client),
        // What was begun while nothing passed is never answered.
        Condition::Silent => return tokio::time::sleep(connection::FORGET).await,
        _ => {}
    }
    match shared.targets.connect().await {
        Some((server, _open)) => connection::run(client, server, number, &shared).await,
        None => connection::reset(&client),
    }
}
