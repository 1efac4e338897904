//! Decodes the messages of a batch and sorts them by kind, without looking at the database.

use std::{collections::HashMap, ops::Range};

use argosy_wire::{
    DeadLetterReason, FleetName,
    status::StatusMessage,
    telemetry::{
        MAX_PAYLOAD_BYTES, Sequence,
        decode::{self, Decoder, Rejected, rejected, too_large},
    },
    topic::{Topic, TopicKind},
};

use crate::ingest::{Message, directory::DeviceKey, lines};

/// A batch, decoded.
#[derive(Debug, Default)]
pub struct Triage {
    /// What the telemetry messages hold.
    pub decoder: Decoder,
    /// The devices that the topics name, each once.
    pub(super) devices: Vec<DeviceKey>,
    /// The telemetry messages.
    pub(super) telemetry: Vec<Telemetry>,
    /// The status messages.
    pub(super) statuses: Vec<Status>,
    /// What cannot be stored, with the message's index.
    pub(super) refused: Vec<(usize, Rejected)>,
}

/// A telemetry message.
#[derive(Debug)]
pub(super) struct Telemetry {
    /// The message's index in the batch.
    pub(super) message: usize,
    /// Its device: an index into [`Triage::devices`].
    pub(super) device: usize,
    /// Its place in the device's life, where it has one.
    pub(super) sequence: Option<Sequence>,
    /// Its points: a range of the decoder's.
    pub(super) points: Range<usize>,
}

/// A status message.
#[expect(clippy::struct_field_names, reason = "a message has a status")]
#[derive(Debug)]
pub(super) struct Status {
    /// The message's index in the batch.
    pub(super) message: usize,
    /// Its device: an index into [`Triage::devices`].
    pub(super) device: usize,
    /// What the device says.
    pub(super) status: StatusMessage,
}

/// What a message holds.
enum Decoded {
    /// Readings.
    Telemetry(decode::Message),
    /// Presence.
    Status(StatusMessage),
}

impl Triage {
    /// Decodes messages; those of another fleet than `bound` are refused.
    pub fn of(messages: &mut [Message<'_>], bound: Option<&FleetName>) -> Self {
        let mut triage = Self::default();
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for (index, message) in messages.iter_mut().enumerate() {
            let mut decoded = triage.decode(message, bound);
            if decoded.is_err() && lines::read_whole(message) {
                decoded = triage.decode(message, bound);
            }
            let message = &*message;
            match decoded.and_then(|decoded| Ok((decoded, topic(message)?))) {
                Ok((decoded, topic)) => {
                    let device = triage.device(topic, &mut seen);
                    triage.add(index, device, decoded);
                }
                Err(rejected) => triage.refused.push((index, rejected)),
            }
        }
        triage
    }

    fn decode(&mut self, message: &Message<'_>, bound: Option<&FleetName>) -> Result<Decoded, Rejected> {
        let payload = message.payload.as_ref().map_err(Clone::clone)?;
        let topic = topic(message)?;
        if let Some(bound) = bound.filter(|bound| bound.as_str() != topic.fleet) {
            return Err(mismatch(format!("the sender is bound to the fleet '{bound}'")));
        }
        match topic.kind {
            TopicKind::Telemetry => self.decoder.decode(payload).map(Decoded::Telemetry),
            TopicKind::Status => {
                if payload.len() > MAX_PAYLOAD_BYTES {
                    return Err(too_large(payload.len()));
                }
                serde_json::from_slice(payload).map(Decoded::Status).map_err(|error| rejected(&error))
            }
        }
    }

    fn add(&mut self, message: usize, device: usize, decoded: Decoded) {
        match decoded {
            Decoded::Telemetry(decode::Message { sequence, points }) => {
                self.telemetry.push(Telemetry { message, device, sequence, points });
            }
            Decoded::Status(status) => self.statuses.push(Status { message, device, status }),
        }
    }

    fn device<'m>(&mut self, topic: Topic<'m>, seen: &mut HashMap<(&'m str, &'m str), usize>) -> usize {
        *seen.entry((topic.fleet, topic.device)).or_insert_with(|| {
            self.devices.push(DeviceKey { fleet: topic.fleet.to_owned(), device: topic.device.to_owned() });
            self.devices.len() - 1
        })
    }
}

fn topic<'m>(message: &'m Message<'_>) -> Result<Topic<'m>, Rejected> {
    Topic::parse(&message.topic).map_err(|error| mismatch(error.to_string()))
}

fn mismatch(detail: String) -> Rejected {
    Rejected { reason: DeadLetterReason::TopicMismatch, detail }
}
