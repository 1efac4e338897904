//! The side connection: receipts go out on it, and the broker's own figures come in.
//!
//! Nothing depends on it. While it is away receipts gather, newest states alone, and devices keep their messages a little longer.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    broker_figures::{self, BrokerFigures},
    config::MqttConfig,
    metrics,
    mqtt::{self, LinkError, SideEvent, SideLink},
    pause,
    receipts::Receipts,
};

/// How long to wait where the broker takes no more and says nothing.
const RETRY: Duration = Duration::from_millis(50);
/// How long the last receipts and the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// Works until `stop`, and then until the last receipts are out, as far as the broker takes them.
pub(crate) async fn run(config: MqttConfig, receipts: Receipts, stop: CancellationToken) {
    let mut figures = BrokerFigures::default();
    let mut pauses = pause::growing();
    let mut last_reason = String::new();
    while !stop.is_cancelled() {
        let error = match mqtt::open_side(&config) {
            Ok(mut link) => match work(&mut link, &receipts, &mut figures, &stop).await {
                Ok(()) => return,
                Err((error, stood)) => {
                    if stood {
                        pauses = pause::growing();
                        last_reason.clear();
                    }
                    error.to_string()
                }
            },
            Err(error) => format!("{error:#}"),
        };
        if error != last_reason {
            tracing::warn!(reason = error, "There is no side connection to the broker; receipts wait.");
            last_reason = error;
        }
        let _ = timeout(pauses.next().unwrap_or(pause::MAX), stop.cancelled()).await;
    }
}

/// Works until the service stops, or the connection breaks: then also says whether it had stood.
async fn work(
    link: &mut SideLink,
    receipts: &Receipts,
    figures: &mut BrokerFigures,
    stop: &CancellationToken,
) -> Result<(), (LinkError, bool)> {
    let mut stands = false;
    loop {
        let mut wake = None;
        if stands {
            let mut is_blocked = false;
            let publish = |topic, payload| {
                is_blocked = !link.publish(topic, payload);
                if !is_blocked {
                    metrics::receipt_published();
                }
                !is_blocked
            };
            let next = receipts.publish_due(Instant::now(), publish);
            wake = if is_blocked { Some(Instant::now() + RETRY) } else { next };
        }
        tokio::select! {
            event = link.next() => match event {
                Ok(SideEvent::Connected) => {
                    stands = true;
                    link.subscribe(broker_figures::FILTER).map_err(|error| (error, stands))?;
                }
                Ok(SideEvent::Told { topic, value }) => figures.told(&topic, &value),
                Ok(SideEvent::Sent) => {}
                Err(error) => return Err((error, stands)),
            },
            () = receipts.added(), if stands => {}
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            () = stop.cancelled() => {
                if stands {
                    let _ = timeout(GOODBYE, say_goodbye(link, receipts)).await;
                }
                return Ok(());
            }
        }
    }
}

/// Publishes what is left, and disconnects.
async fn say_goodbye(link: &mut SideLink, receipts: &Receipts) {
    while !receipts.publish_all(|topic, payload| link.publish(topic, payload)) {
        if link.next().await.is_err() {
            return;
        }
    }
    if link.disconnect().is_ok() {
        while link.next().await.is_ok() {}
    }
}
