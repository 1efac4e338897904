//! Connections to the broker that cost as little as possible, so that what is measured is the broker and what is behind it.

use std::{io::BufRead as _, str::FromStr, sync::Arc, time::Duration};

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

/// What stands on the last line of stdin; closed when that ends, as it does when the parent ends.
pub(crate) fn stdin<T: FromStr + Default + Send + Sync + 'static>() -> watch::Receiver<T> {
    let (sender, receiver) = watch::channel(T::default());
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

/// Tells this on stdout, ten times a second, until stdin ends, as it does when the parent ends.
pub(crate) async fn tell(line: impl Fn() -> String) {
    let mut parent = stdin::<u64>();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = ticks.tick() => println!("{}", line()),
            changed = parent.changed() => if changed.is_err() { return },
        }
    }
}
