//! `argosy-bench publish`: devices that publish as fast as they may, in a process of their own.
//!
//! It reads how many messages it may send in all, one number a line, from stdin, and writes how many were sent and acknowledged
//! to stdout once in a while. What it may send follows what is committed, so that no backlog grows without end.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use argosy_mqtt::Link;
use bytes::Bytes;
use rumqttc::{Packet, Publish, QoS};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::clients::{TICK, connect, tell};

/// Unacknowledged messages of a connection.
const WINDOW: u64 = 100;
/// The most connections: devices above share them, as behind gateways.
const CONNECTIONS: u32 = 1_000;

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// With boot, sequence number and a point.
    Argosy,
    /// One object with the time and the values.
    Flat,
}

/// What to publish.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PublishOptions {
    /// Port of the broker, on this machine, without TLS
    #[arg(long)]
    port: u16,
    /// Devices
    #[arg(long, default_value_t = 50)]
    devices: u32,
    /// Fleet of the devices
    #[arg(long, default_value = "bench")]
    fleet: String,
    /// Messages a second in all; as many as possible without it
    #[arg(long)]
    rate: Option<f64>,
    /// How messages are written
    #[arg(long, value_enum, default_value_t = Format::Argosy)]
    format: Format,
}

/// What all devices count together.
#[derive(Debug, Default)]
struct Counts {
    allowed: AtomicU64,
    sent: AtomicU64,
    acknowledged: AtomicU64,
}

/// Publishes until stdin ends.
pub(crate) async fn run(options: PublishOptions) -> anyhow::Result<()> {
    let counts = Arc::new(Counts::default());
    let boot = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let start = Instant::now();
    let connections = options.devices.min(CONNECTIONS);
    let mut publishers = JoinSet::new();
    for number in 0..connections {
        let devices = (number..options.devices).step_by(connections as usize);
        let period = options.rate.map(|rate| Duration::from_secs_f64(f64::from(connections) / rate));
        let publisher = Publisher {
            devices: devices.map(|device| Device::new(&options.fleet, device)).collect(),
            format: options.format,
            boot,
            sent: 0,
            due: period
                .map(|period| (start + period.mul_f64(f64::from(number) / f64::from(connections)), period)),
            counts: Arc::clone(&counts),
        };
        let connection = connect(options.port, None, &format!("bench-{number}"), 100).await?;
        publishers.spawn(publisher.run(connection));
    }
    let sent = || {
        let (sent, acknowledged) = (&counts.sent, &counts.acknowledged);
        format!("{} {}", sent.load(Ordering::Relaxed), acknowledged.load(Ordering::Relaxed))
    };
    let ended = async {
        while let Some(ended) = publishers.join_next().await {
            ended??;
        }
        anyhow::Ok(())
    };
    tokio::select! {
        ended = ended => ended,
        () = tell(sent, |messages| counts.allowed.store(messages, Ordering::Relaxed)) => Ok(()),
    }
}

struct Device {
    topic: Bytes,
    seq: u64,
}

impl Device {
    fn new(fleet: &str, number: u32) -> Self {
        Self { topic: format!("v1/{fleet}/bench-{number:05}/telemetry").into(), seq: 0 }
    }
}

/// A connection, and the devices that publish over it in turn.
struct Publisher {
    devices: Vec<Device>,
    format: Format,
    boot: u64,
    /// Messages of this connection.
    sent: u64,
    /// When the next message is due, and how long after it the next.
    due: Option<(Instant, Duration)>,
    counts: Arc<Counts>,
}

impl Publisher {
    async fn run(mut self, mut connection: Link) -> anyhow::Result<()> {
        let mut under_way = 0;
        loop {
            let wanted = self.wanted(under_way);
            for _ in 0..wanted {
                let message = self.make();
                connection.push(&Packet::Publish(message))?;
            }
            under_way += wanted;
            let mut acknowledged = 0;
            let wait = self.due.map_or(TICK / 10, |(due, _)| due.saturating_duration_since(Instant::now()));
            let first = tokio::select! {
                packet = connection.next() => Some(packet?),
                () = sleep(wait), if under_way == 0 || self.due.is_some() => None,
            };
            acknowledged += u64::from(matches!(first, Some(Packet::PubAck(_))));
            while let Some(packet) = connection.arrived()? {
                acknowledged += u64::from(matches!(packet, Packet::PubAck(_)));
            }
            under_way -= acknowledged;
            self.counts.acknowledged.fetch_add(acknowledged, Ordering::Relaxed);
        }
    }

    /// How many messages to send now.
    fn wanted(&mut self, under_way: u64) -> u64 {
        let mut wanted = WINDOW.saturating_sub(under_way);
        if let Some((due, period)) = &mut self.due {
            let now = Instant::now();
            let mut ready = 0;
            while ready < wanted && *due <= now {
                *due += *period;
                ready += 1;
            }
            wanted = ready;
        } else if wanted < WINDOW / 4 {
            // Many at once cost less.
            return 0;
        }
        let allowed = self.counts.allowed.load(Ordering::Relaxed);
        let sent = self.counts.sent.fetch_add(wanted, Ordering::Relaxed);
        let granted = wanted.min(allowed.saturating_sub(sent));
        self.counts.sent.fetch_sub(wanted - granted, Ordering::Relaxed);
        granted
    }

    fn make(&mut self) -> Publish {
        let turn = usize::try_from(self.sent).unwrap_or(0) % self.devices.len();
        self.sent += 1;
        let device = &mut self.devices[turn];
        device.seq += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ts = now.as_millis();
        let n = device.seq;
        let (speed, rpm, temperature, fuel) = (
            (n % 1300) as f64 / 10.0,
            900 + n % 3000,
            60.0 + (n % 400) as f64 / 16.0,
            (n % 1000) as f64 / 1000.0,
        );
        let values =
            format_args!("\"speed\":{speed},\"rpm\":{rpm},\"temperature\":{temperature},\"fuel\":{fuel}")
                .to_string();
        let mut payload = String::with_capacity(160);
        // Writing to memory cannot fail.
        let _ = match self.format {
            Format::Argosy => write!(
                payload,
                "{{\"boot\":{},\"seq\":{n},\"points\":[{{\"ts\":{ts},\"values\":{{{values}}}}}]}}",
                self.boot
            ),
            Format::Flat => write!(payload, "{{\"ts\":{ts},\"seq\":{n},{values}}}"),
        };
        let pkid = u16::try_from(self.sent % 60_000).unwrap_or(0) + 1;
        Publish {
            qos: QoS::AtLeastOnce,
            topic: device.topic.clone(),
            pkid,
            payload: payload.into(),
            ..Publish::default()
        }
    }
}
