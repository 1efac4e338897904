//! One part of the stack: how it starts, when it is ready, how it stops.

use std::{ffi::OsString, path::PathBuf, process::ExitStatus, time::Duration};

use argosy_backends::{
    Broker, Postgres, Redis,
    process::{Launch, Process, StopSignal, wait_until_ready},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
};

/// How long a service may take until it is ready.
const READY_DEADLINE: Duration = Duration::from_secs(60);
/// How long a service may take to drain.
const STOP_DEADLINE: Duration = Duration::from_secs(30);

/// A part.
#[derive(Debug)]
pub(crate) enum Part {
    /// PostgreSQL.
    Postgres(Postgres),
    /// Redis or Valkey.
    Redis(Redis),
    /// Mosquitto, and the lists of certificates that it refuses.
    Broker(Broker, watch::Receiver<String>),
    /// One of our own.
    Service(Service),
}

/// One of our own services.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// Its variables.
    pub(crate) environment: Vec<(String, OsString)>,
    /// The port of `/readyz`.
    pub(crate) admin_port: u16,
    /// Its log.
    pub(crate) log: PathBuf,
    /// The running process.
    pub(crate) process: Option<Process>,
}

impl Part {
    /// What people call it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::Redis(_) => "redis",
            Self::Broker(..) => "broker",
            Self::Service(service) => service.name,
        }
    }

    /// The file of its log.
    pub(crate) fn log(&self) -> PathBuf {
        match self {
            Self::Postgres(postgres) => postgres.log(),
            Self::Redis(redis) => redis.log(),
            Self::Broker(broker, _) => broker.log(),
            Self::Service(service) => service.log.clone(),
        }
    }

    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(postgres) => Ok(postgres.start().await?),
            Self::Redis(redis) => Ok(redis.start().await?),
            Self::Broker(broker, revoked) => {
                broker.revoke(&revoked.borrow_and_update())?;
                Ok(broker.start().await?)
            }
            Self::Service(service) => service.start().await,
        }
    }

    /// The number of its process, while it runs.
    pub(crate) fn id(&mut self) -> Option<i32> {
        self.process().map(|process| process.id())
    }

    fn process(&mut self) -> Option<&mut Process> {
        match self {
            Self::Postgres(postgres) => postgres.process(),
            Self::Redis(redis) => redis.process(),
            Self::Broker(broker, _) => broker.process(),
            Self::Service(service) => service.process.as_mut(),
        }
    }

    /// Waits until it ends by itself, and says how.
    pub(crate) async fn ended(&mut self) -> String {
        if let Self::Broker(broker, revoked) = self {
            return broker_ended(broker, revoked).await;
        }
        match self.process() {
            Some(process) => how(process.wait().await),
            None => "it does not run".into(),
        }
    }

    /// Stops it: what it works on is finished first.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(postgres) => Ok(postgres.stop().await?),
            Self::Redis(redis) => Ok(redis.stop().await?),
            Self::Broker(broker, _) => Ok(broker.stop().await?),
            Self::Service(service) => match service.process.take() {
                Some(mut process) => Ok(process.stop(STOP_DEADLINE).await?),
                None => Ok(()),
            },
        }
    }
}

impl Service {
    async fn start(&mut self) -> anyhow::Result<()> {
        let mut process = Process::start(Launch {
            name: self.name.into(),
            program: &self.program,
            arguments: self.arguments.clone(),
            environment: self.environment.clone(),
            user: None,
            stop: StopSignal::Terminate,
            log: &self.log,
        })?;
        wait_until_ready(&mut process, &self.log, READY_DEADLINE, || is_ready(self.admin_port)).await?;
        self.process = Some(process);
        Ok(())
    }
}

fn how(status: std::io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

/// Waits until the broker ends; meanwhile it is given each new list.
async fn broker_ended(broker: &mut Broker, revoked: &mut watch::Receiver<String>) -> String {
    loop {
        let Some(process) = broker.process() else { return "it does not run".into() };
        tokio::select! {
            status = process.wait() => return how(status),
            Ok(()) = revoked.changed() => {}
        }
        if let Err(error) = broker.revoke(&revoked.borrow_and_update()) {
            return error.to_string();
        }
    }
}

/// Whether `/readyz` answers 200.
async fn is_ready(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut head = [0_u8; 12];
        stream.read_exact(&mut head).await.map(|_| &head == b"HTTP/1.1 200")
    };
    matches!(tokio::time::timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}
