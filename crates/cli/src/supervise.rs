//! Keeps a part running.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{part::Part, screen::Line};

/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// A part that ran for so long starts again with the first pause.
const SETTLED: Duration = Duration::from_secs(60);

/// A part that is kept running.
#[derive(Debug)]
pub(crate) struct Supervised {
    stop: CancellationToken,
    task: JoinHandle<()>,
    ready: watch::Receiver<bool>,
    failure: watch::Receiver<Option<String>>,
}

impl Supervised {
    /// Keeps it running from now on.
    pub(crate) fn start(part: Part, line: Line) -> Self {
        let stop = CancellationToken::new();
        let (ready_sender, ready) = watch::channel(false);
        let (failure_sender, failure) = watch::channel(None);
        let task = tokio::spawn(keep(part, line, stop.clone(), ready_sender, failure_sender));
        Self { stop, task, ready, failure }
    }

    /// Waits until it is ready for the first time. Fails where the first start does: then something is wrong that a second try
    /// would not mend.
    pub(crate) async fn ready(&mut self) -> anyhow::Result<()> {
        tokio::select! {
            result = self.ready.wait_for(|ready| *ready) => match result {
                Ok(_) => return Ok(()),
                Err(_) => anyhow::bail!("it stopped"),
            },
            _ = self.failure.wait_for(Option::is_some) => {}
        }
        anyhow::bail!(self.failure.borrow().clone().unwrap_or_default())
    }

    /// Stops it for good.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}

async fn keep(
    mut part: Part,
    line: Line,
    stop: CancellationToken,
    ready: watch::Sender<bool>,
    failure: watch::Sender<Option<String>>,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        line.set("starting");
        let started = Instant::now();
        let reason = tokio::select! {
            () = stop.cancelled() => break,
            result = part.start() => match result {
                Ok(()) => {
                    line.ready(part.id());
                    ready.send_replace(true);
                    tokio::select! {
                        () = stop.cancelled() => break,
                        status = part.ended() => format!("it ended ({status})"),
                    }
                }
                Err(error) => {
                    failure.send_replace(Some(format!("{error:#}")));
                    // Only its head: the whole of it is in the log.
                    format!("{error:#}").lines().next().unwrap_or_default().to_owned()
                }
            },
        };
        if started.elapsed() > SETTLED {
            pause = FIRST_PAUSE;
        }
        line.restarts(&format!("{reason}; starting again in {:.1} s", pause.as_secs_f64()));
        if tokio::time::timeout(pause, stop.cancelled()).await.is_ok() {
            break;
        }
        pause = (pause * 2).min(MAX_PAUSE);
    }
    line.set("stopping");
    match part.stop().await {
        Ok(()) => line.set("stopped"),
        Err(error) => line.set(&format!("could not be stopped: {error:#}")),
    }
}
