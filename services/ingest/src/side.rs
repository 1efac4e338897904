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
    mqtt::{LinkError, SideLink},
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
        let opened = tokio::select! {
            opened = SideLink::open(&config) => opened,
            () = stop.cancelled() => return,
        };
        let error = match opened {
            Ok(mut link) => {
                pauses = pause::growing();
                last_reason.clear();
                match work(&mut link, &receipts, &mut figures, &stop).await {
                    Ok(()) => {
                        let _ = timeout(GOODBYE, say_goodbye(link, &receipts)).await;
                        return;
                    }
                    Err(error) => error.to_string(),
                }
            }
            Err(error) => error.to_string(),
        };
        if error != last_reason {
            tracing::warn!(reason = error, "There is no side connection to the broker; receipts wait.");
            last_reason = error;
        }
        let _ = timeout(pauses.next().unwrap_or(pause::MAX), stop.cancelled()).await;
    }
}

/// Works until the service stops, or the connection breaks.
async fn work(
    link: &mut SideLink,
    receipts: &Receipts,
    figures: &mut BrokerFigures,
    stop: &CancellationToken,
) -> Result<(), LinkError> {
    link.subscribe(broker_figures::FILTER)?;
    loop {
        let mut is_blocked = false;
        let publish = |topic, payload| {
            is_blocked = !link.publish(topic, payload);
            if !is_blocked {
                metrics::receipt_published();
            }
            !is_blocked
        };
        let next = receipts.publish_due(Instant::now(), publish);
        let wake = if is_blocked { Some(Instant::now() + RETRY) } else { next };
        tokio::select! {
            told = link.told() => {
                let (topic, value) = told?;
                figures.told(&topic, &value);
            }
            () = receipts.added() => {}
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}

/// Publishes what is left, and disconnects.
async fn say_goodbye(mut link: SideLink, receipts: &Receipts) {
    while !receipts.publish_all(|topic, payload| link.publish(topic, payload)) {
        // There is room again once some of it has gone out.
        if let Ok(Err(_)) = timeout(RETRY, link.told()).await {
            return;
        }
    }
    let _ = link.close().await;
}
