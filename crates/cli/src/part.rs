//! One part of the stack: how it starts, when it is ready, how it stops.

use std::{path::PathBuf, process::ExitStatus};

use argosy_backends::{Broker, Postgres, Process, Redis};
use argosy_stack::Service;
use tokio::sync::watch;

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

impl Part {
    /// What people call it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::Redis(_) => "redis",
            Self::Broker(..) => "broker",
            Self::Service(service) => service.name(),
        }
    }

    /// The file of its log.
    pub(crate) fn log(&self) -> PathBuf {
        match self {
            Self::Postgres(postgres) => postgres.log(),
            Self::Redis(redis) => redis.log(),
            Self::Broker(broker, _) => broker.log(),
            Self::Service(service) => service.log().to_owned(),
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
            Self::Service(service) => service.process(),
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
            Self::Service(service) => Ok(service.stop().await?),
        }
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
