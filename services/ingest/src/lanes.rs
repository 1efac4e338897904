//! Lanes from the connections to the API: each device has one, and in each lane one batch is under way.
//!
//! A transaction locks the devices of its batch until it is committed, so batches that share a device follow one another, and
//! what the next one could do during the flush of the one before is left undone. Batches of different lanes share none. Within
//! a lane messages gather while a batch is under way, and for a while after it, so that batches grow when commits take longer.

use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use metrics::Gauge;
use tokio::{
    sync::mpsc,
    time::{Duration, Instant},
};

use crate::{
    batcher::{self, Received},
    config::BatchConfig,
    metrics::queue_depth,
    sender::Sender,
};

/// The connections' ends of the lanes. Cheap to clone; a lane ends when all clones are gone.
#[derive(Debug, Clone)]
pub(crate) struct Lanes(Arc<[mpsc::Sender<Received>]>);

/// The API's end of a lane.
#[derive(Debug)]
pub(crate) struct Lane {
    queue: mpsc::Receiver<Received>,
    depth: Gauge,
}

/// So many lanes, each with room for so many messages.
pub(crate) fn open(count: u32, capacity: usize) -> (Lanes, Vec<Lane>) {
    let (mut ends, mut lanes) = (Vec::new(), Vec::new());
    for number in 0..count {
        let (end, queue) = mpsc::channel(capacity);
        ends.push(end);
        lanes.push(Lane { queue, depth: queue_depth(number) });
    }
    (Lanes(ends.into()), lanes)
}

impl Lanes {
    /// The lane of a topic's device.
    pub(crate) fn of(&self, topic: &[u8]) -> &mpsc::Sender<Received> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(device(topic));
        let number = usize::try_from(hash % self.0.len() as u64).unwrap_or_default();
        &self.0[number]
    }
}

impl Lane {
    /// Brings what comes to the API, batch after batch, until the connections are gone.
    pub(crate) async fn run(mut self, sender: Sender, config: BatchConfig) {
        let mut linger = config.linger(Duration::ZERO);
        while let Some(batch) = batcher::next(&mut self.queue, &config, linger).await {
            self.depth.set(self.queue.len() as f64);
            let started = Instant::now();
            sender.send(batch).await;
            linger = config.linger(started.elapsed());
        }
    }
}

/// What names the device in `v1/{fleet}/{device}/...`; all of another topic.
fn device(topic: &[u8]) -> &[u8] {
    let end = topic.iter().enumerate().filter(|(_, byte)| **byte == b'/').nth(2);
    end.map_or(topic, |(position, _)| &topic[..position])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_topics_of_a_device_share_a_lane_and_devices_spread() {
        let (lanes, _) = open(4, 1);
        let lane =
            |topic: &str| lanes.0.iter().position(|lane| lane.same_channel(lanes.of(topic.as_bytes())));
        let mut used = std::collections::BTreeSet::new();
        for number in 0..100 {
            let topic = |kind: &str| format!("v1/demo/truck-{number:04}/{kind}");
            assert_eq!(lane(&topic("telemetry")), lane(&topic("status")));
            used.insert(lane(&topic("telemetry")));
        }
        assert_eq!(used.len(), 4);
        assert!(lane("no such topic").is_some());
    }
}
