//! Decodes the messages of a batch and sorts them by kind, without looking at the database.

use std::{collections::HashMap, ops::Range};

use argosy_wire::{
    DeadLetterReason, FleetName,
    status::StatusMessage,
    telemetry::{
        MAX_PAYLOAD_BYTES, Sequence,
        decode::{Decoder, Rejected, rejected, too_large},
    },
    topic::{Topic, TopicKind},
};

use crate::ingest::{Message, directory::DeviceKey};

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

impl Triage {
    /// Decodes messages; those of another fleet than `bound` are refused.
    pub fn of(messages: &[Message<'_>], bound: Option<&FleetName>) -> Self {
        let mut triage = Self::default();
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for (index, message) in messages.iter().enumerate() {
            if let Err(rejected) = triage.sort(index, message, bound, &mut seen) {
                triage.refused.push((index, rejected));
            }
        }
        triage
    }

    fn sort<'m>(
        &mut self,
        message: usize,
        received: &'m Message<'_>,
        bound: Option<&FleetName>,
        seen: &mut HashMap<(&'m str, &'m str), usize>,
    ) -> Result<(), Rejected> {
        let payload = received.payload.as_ref().map_err(Clone::clone)?;
        let topic = Topic::parse(&received.topic).map_err(|error| mismatch(error.to_string()))?;
        if let Some(bound) = bound.filter(|bound| bound.as_str() != topic.fleet) {
            return Err(mismatch(format!("the sender is bound to the fleet '{bound}'")));
        }
        match topic.kind {
            TopicKind::Telemetry => {
                let decoded = self.decoder.decode(payload)?;
                let device = self.device(topic, seen);
                let (sequence, points) = (decoded.sequence, decoded.points);
                self.telemetry.push(Telemetry { message, device, sequence, points });
            }
            TopicKind::Status => {
                if payload.len() > MAX_PAYLOAD_BYTES {
                    return Err(too_large(payload.len()));
                }
                let status = serde_json::from_slice(payload).map_err(|error| rejected(&error))?;
                let device = self.device(topic, seen);
                self.statuses.push(Status { message, device, status });
            }
        }
        Ok(())
    }

    fn device<'m>(&mut self, topic: Topic<'m>, seen: &mut HashMap<(&'m str, &'m str), usize>) -> usize {
        *seen.entry((topic.fleet, topic.device)).or_insert_with(|| {
            self.devices.push(DeviceKey { fleet: topic.fleet.to_owned(), device: topic.device.to_owned() });
            self.devices.len() - 1
        })
    }
}

fn mismatch(detail: String) -> Rejected {
    Rejected { reason: DeadLetterReason::TopicMismatch, detail }
}
