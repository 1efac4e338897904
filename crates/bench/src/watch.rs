//! `argosy-bench watch`: readers of the live tail, each over a connection of its own, as browsers are.

use std::{
    cell::{Cell, RefCell},
    path::PathBuf,
    rc::Rc,
};

use anyhow::Context as _;
use argosy_client::{Client, WatchStream};
use argosy_wire::api::stream::StreamEvent;
use chrono::Utc;
use futures::{StreamExt as _, future::try_join_all};
use hdrhistogram::Histogram;
use url::Url;

use crate::{clients::tell, stack::FLEET};

/// What to watch.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct WatchOptions {
    /// Address of the API
    #[arg(long)]
    api: Url,
    /// PEM file of the authority to trust
    #[arg(long)]
    ca: PathBuf,
    /// File of the token
    #[arg(long)]
    token: PathBuf,
    /// Readers
    #[arg(long)]
    readers: usize,
    /// Devices, of which each reader watches one; the whole fleet without it
    #[arg(long)]
    devices: Option<usize>,
}

struct Counts {
    watching: Cell<usize>,
    events: Cell<u64>,
    missed: Cell<u64>,
    /// Milliseconds from a reading's timestamp to the reader.
    delays: RefCell<Histogram<u64>>,
}

/// Watches until stdin ends. Tells readers, events, missed events, and the delay's 50th and 99th percentile in milliseconds.
pub(crate) async fn run(options: WatchOptions) -> anyhow::Result<()> {
    let token = std::fs::read_to_string(&options.token).context("there is no token")?;
    let counts = Rc::new(Counts {
        watching: Cell::default(),
        events: Cell::default(),
        missed: Cell::default(),
        delays: RefCell::new(Histogram::new(3)?),
    });
    let readers = (0..options.readers).map(|number| {
        let devices = options.devices.map(|devices| format!("bench-{:05}", number % devices));
        let watch = WatchStream { devices: devices.into_iter().collect(), ..WatchStream::default() };
        read(&options, token.trim(), watch, Rc::clone(&counts))
    });
    let told = || {
        let delays = counts.delays.borrow();
        let (p50, p99) = (delays.value_at_quantile(0.5), delays.value_at_quantile(0.99));
        let (watching, events, missed) = (counts.watching.get(), counts.events.get(), counts.missed.get());
        format!("{watching} {events} {missed} {p50} {p99}")
    };
    tokio::select! {
        read = try_join_all(readers) => read.map(drop),
        () = tell(told, |_| ()) => Ok(()),
    }
}

async fn read(
    options: &WatchOptions,
    token: &str,
    watch: WatchStream,
    counts: Rc<Counts>,
) -> anyhow::Result<()> {
    let client = Client::builder(options.api.clone())
        .ca_file(Some(options.ca.clone()))
        .bearer(token.into())
        .build()?
        .with_fleet(Some(FLEET.parse()?));
    let mut events = client.watch(&watch).await?;
    counts.watching.set(counts.watching.get() + 1);
    while let Some(event) = events.next().await {
        match event?.event {
            StreamEvent::Reading { ts, .. } => {
                counts.events.set(counts.events.get() + 1);
                let delay = (Utc::now() - ts).num_milliseconds();
                counts.delays.borrow_mut().saturating_record(u64::try_from(delay).unwrap_or(0));
            }
            StreamEvent::Missed { count } => counts.missed.set(counts.missed.get() + count),
            StreamEvent::Presence { .. } | StreamEvent::Gap { .. } => {}
        }
    }
    anyhow::bail!("the live tail ended")
}
