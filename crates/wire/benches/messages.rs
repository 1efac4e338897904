//! The messages that every micro-benchmark works on: a batch as ingest makes it of a busy fleet.

use argosy_wire::batch::write_line;

/// Messages in the batch.
pub(crate) const MESSAGES: usize = 1_000;
/// Devices that they come from, in turn.
pub(crate) const DEVICES: usize = 50;
/// When the first message came, in milliseconds since 1970.
pub(crate) const START: i64 = 1_763_672_405_000;
/// The boot of every device.
pub(crate) const BOOT: i64 = 1_763_672_400;

/// What was published, as `argosy-bench` publishes it.
#[derive(Debug)]
pub(crate) struct Published {
    /// The topic.
    pub(crate) topic: String,
    /// When it came, in milliseconds since 1970.
    pub(crate) received_at: i64,
    /// One point of four numbers.
    pub(crate) payload: Vec<u8>,
}

/// The messages in the order in which they came.
pub(crate) fn published() -> Vec<Published> {
    (0..MESSAGES).map(message).collect()
}

fn message(number: usize) -> Published {
    let (device, n) = (number % DEVICES, number / DEVICES + 1);
    let at = START + i64::try_from(number).unwrap_or_default();
    let (speed, rpm) = ((number % 1300) as f64 / 10.0, 900 + number % 3000);
    let (temperature, fuel) = (60.0 + (number % 400) as f64 / 16.0, (number % 1000) as f64 / 1000.0);
    let values = format!(r#""speed":{speed},"rpm":{rpm},"temperature":{temperature},"fuel":{fuel}"#);
    Published {
        topic: format!("v1/bench/bench-{device:05}/telemetry"),
        received_at: at + 20,
        payload: format!(r#"{{"boot":{BOOT},"seq":{n},"points":[{{"ts":{at},"values":{{{values}}}}}]}}"#)
            .into(),
    }
}

/// The same as a batch.
pub(crate) fn batch(messages: &[Published]) -> Vec<u8> {
    let mut batch = Vec::new();
    for message in messages {
        write_line(&mut batch, &message.topic, message.received_at, &message.payload);
    }
    batch
}
