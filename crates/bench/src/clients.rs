//! Connections to the broker that cost as little as possible, so that what is measured is the broker and what is behind it.

use std::{io::BufRead as _, sync::Arc, time::Duration};

use anyhow::Context as _;
use argosy_mqtt::{BrokerAddress, Dial, Link};
use rumqttc::{Connect, ConnectAuth, ConnectProperties};
use rustls::ClientConfig;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// How often a client tells how far it is.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// A connection without a session, plain or by TLS; `window` is how many unacknowledged messages the broker may send.
pub(crate) async fn connect(
    port: u16,
    tls: Option<Arc<ClientConfig>>,
    client_id: &str,
    window: u16,
) -> anyhow::Result<Link> {
    let scheme = if tls.is_some() { "mqtts" } else { "mqtt" };
    let dial = Dial {
        address: BrokerAddress::parse(&format!("{scheme}://127.0.0.1:{port}").parse()?)?,
        tls,
        connect: Connect {
            keep_alive: 60,
            client_id: client_id.to_owned(),
            clean_start: true,
            properties: Some(ConnectProperties { receive_maximum: Some(window), ..ConnectProperties::new() }),
        },
        auth: ConnectAuth::None,
        will: None,
        timeout: Duration::from_secs(30),
    };
    Link::open(dial).await.with_context(|| format!("{client_id} cannot connect"))
}

/// The number on the last line of stdin; closed when that ends.
fn stdin() -> watch::Receiver<u64> {
    let (sender, receiver) = watch::channel(0);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if let Ok(value) = line.trim().parse() {
                sender.send_replace(value);
            }
        }
    });
    receiver
}

/// Tells this on stdout, ten times a second, until stdin ends, as it does when the parent ends; passes on what it hears there.
pub(crate) async fn tell(line: impl Fn() -> String, heard: impl Fn(u64)) {
    let mut parent = stdin();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = ticks.tick() => println!("{}", line()),
            changed = parent.changed() => match changed {
                Ok(()) => heard(*parent.borrow()),
                Err(_) => return,
            },
        }
    }
}
