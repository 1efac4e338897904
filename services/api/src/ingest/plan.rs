//! Names the devices of a decoded batch, and refuses what may not be stored.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use argosy_wire::{
    DeadLetterReason, FleetName,
    status::StatusMessage,
    telemetry::{Sequence, decode::Rejected},
    topic::Topic,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::{
    db::batch::devices,
    ingest::{
        Message,
        directory::{DeviceFacts, DeviceKey, Found},
        triage::Triage,
    },
    problem::ApiError,
    state::AppState,
};

/// How far a device's clock may be ahead.
const MAX_AHEAD: TimeDelta = TimeDelta::days(1);

/// What the transaction of a batch has to do.
#[derive(Debug, Default)]
pub struct Plan {
    /// The devices, in the order in which they are locked.
    pub(super) devices: Vec<PlannedDevice>,
    /// Points to store, each message's together, in the order of arrival.
    pub(super) telemetry: Vec<PlannedTelemetry>,
    /// The time of each of the decoder's points; that of one which is not stored means nothing.
    pub(super) times: Vec<DateTime<Utc>>,
    /// Status messages to apply, in the order of arrival.
    pub(super) statuses: Vec<PlannedStatus>,
    /// What is refused, with the message's index and its fleet where there is one.
    pub(super) refused: Vec<Refusal>,
}

/// A device that the batch touches.
#[derive(Debug)]
pub(super) struct PlannedDevice {
    /// Names it in the database.
    pub(super) id: i64,
    /// Its fleet.
    pub(super) fleet_id: i64,
    /// Its words.
    pub(super) key: DeviceKey,
}

/// A telemetry message.
#[derive(Debug)]
pub(super) struct PlannedTelemetry {
    /// The message's index in the batch.
    pub(super) message: usize,
    /// An index into [`Plan::devices`].
    pub(super) device: usize,
    /// Its place in the device's life, where it has one.
    pub(super) sequence: Option<Sequence>,
    /// A range of the decoder's points.
    pub(super) points: Range<usize>,
}

/// A status message.
#[derive(Debug)]
pub(super) struct PlannedStatus {
    /// The message's index in the batch.
    pub(super) message: usize,
    /// An index into [`Plan::devices`].
    pub(super) device: usize,
    /// What the device says.
    pub(super) status: StatusMessage,
}

/// A message that is not stored.
#[derive(Debug)]
pub struct Refusal {
    /// The message's index in the batch.
    pub(super) message: usize,
    /// The fleet whose dead letter it becomes.
    pub(super) fleet_id: Option<i64>,
    /// Why.
    pub(super) rejected: Rejected,
}

impl Plan {
    /// Plans a batch by what the directory knows now.
    pub(super) async fn make(
        state: &AppState,
        messages: &[Message<'_>],
        triage: &Triage,
        bound: Option<&(i64, FleetName)>,
    ) -> Result<Self, ApiError> {
        let mut connection = state.pool.acquire().await?;
        let found = state.directory.find_all(&mut connection, &triage.devices).await?;
        let refused = refusals(&mut connection, messages, triage, bound).await?;
        Ok(Self::of(messages, triage, &found, refused))
    }

    /// Plans a batch whose devices, in the order of the triage, were found to be these.
    pub fn of(messages: &[Message<'_>], triage: &Triage, found: &[Found], refused: Vec<Refusal>) -> Self {
        let times = vec![DateTime::UNIX_EPOCH; triage.decoder.points().len()];
        let mut plan = Self { times, refused, ..Self::default() };
        let positions = plan.number_devices(&triage.devices, found);
        for telemetry in &triage.telemetry {
            let received_at = messages[telemetry.message].received_at;
            let points = &triage.decoder.points()[telemetry.points.clone()];
            let times = &mut plan.times[telemetry.points.clone()];
            let timed =
                allowed(&found[telemetry.device], &triage.devices[telemetry.device]).and_then(|facts| {
                    points.iter().zip(times).try_for_each(|(point, time)| {
                        *time = time_of(point.ts, received_at, facts)?;
                        Ok(())
                    })
                });
            match timed {
                Ok(()) => plan.telemetry.push(PlannedTelemetry {
                    message: telemetry.message,
                    device: positions[telemetry.device],
                    sequence: telemetry.sequence,
                    points: telemetry.points.clone(),
                }),
                Err(rejected) => plan.refuse(telemetry.message, &found[telemetry.device], rejected),
            }
        }
        for status in &triage.statuses {
            match allowed(&found[status.device], &triage.devices[status.device]) {
                Ok(_) => plan.statuses.push(PlannedStatus {
                    message: status.message,
                    device: positions[status.device],
                    status: status.status,
                }),
                Err(rejected) => plan.refuse(status.message, &found[status.device], rejected),
            }
        }
        plan
    }

    /// Fills [`Plan::devices`] in the order of their ids, and returns where each key went.
    fn number_devices(&mut self, keys: &[DeviceKey], found: &[Found]) -> Vec<usize> {
        let mut order: Vec<(i64, i64, usize)> = found
            .iter()
            .enumerate()
            .filter_map(|(index, found)| match found {
                Found::Device(facts) if facts.enabled => Some((facts.id, facts.fleet_id, index)),
                _ => None,
            })
            .collect();
        order.sort_unstable();
        let mut positions = vec![usize::MAX; keys.len()];
        for (id, fleet_id, index) in order {
            positions[index] = self.devices.len();
            self.devices.push(PlannedDevice { id, fleet_id, key: keys[index].clone() });
        }
        positions
    }

    fn refuse(&mut self, message: usize, found: &Found, rejected: Rejected) {
        let fleet_id = match found {
            Found::Device(facts) => Some(facts.fleet_id),
            Found::NoDevice { fleet_id } => Some(*fleet_id),
            Found::NoFleet => None,
        };
        self.refused.push(Refusal { message, fleet_id, rejected });
    }

    /// The days (UTC) that the points lie on.
    pub(super) fn days(&self) -> Vec<NaiveDate> {
        let points = self.telemetry.iter().map(|telemetry| telemetry.points.clone());
        let mut days: Vec<NaiveDate> =
            points.flat_map(|points| &self.times[points]).map(DateTime::date_naive).collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

/// What triage refused, with the sender's fleet, or else the one that the topic names: a sender who is bound to a fleet
/// leaves no dead letters in another.
async fn refusals(
    connection: &mut PgConnection,
    messages: &[Message<'_>],
    triage: &Triage,
    bound: Option<&(i64, FleetName)>,
) -> Result<Vec<Refusal>, sqlx::Error> {
    let fleet_of = |message: usize| Topic::parse(&messages[message].topic).ok().map(|topic| topic.fleet);
    let names: BTreeSet<&str> = match bound {
        Some(_) => BTreeSet::new(),
        None => triage.refused.iter().filter_map(|(message, _)| fleet_of(*message)).collect(),
    };
    let mut ids = HashMap::new();
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        ids.extend(devices::find_fleet_ids(connection, &names).await?);
    }
    let refusals = triage.refused.iter().map(|(message, rejected)| Refusal {
        message: *message,
        fleet_id: match bound {
            Some((id, _)) => Some(*id),
            None => fleet_of(*message).and_then(|fleet| ids.get(fleet).copied()),
        },
        rejected: rejected.clone(),
    });
    Ok(refusals.collect())
}

fn allowed<'f>(found: &'f Found, key: &DeviceKey) -> Result<&'f DeviceFacts, Rejected> {
    let (reason, detail) = match found {
        Found::Device(facts) if facts.enabled => return Ok(facts),
        Found::Device(_) => {
            (DeadLetterReason::DeviceDisabled, format!("the device '{}' is disabled", key.device))
        }
        Found::NoDevice { .. } => (
            DeadLetterReason::UnknownDevice,
            format!("the fleet '{}' has no device '{}'", key.fleet, key.device),
        ),
        Found::NoFleet => (DeadLetterReason::UnknownDevice, format!("there is no fleet '{}'", key.fleet)),
    };
    Err(Rejected { reason, detail })
}

fn time_of(
    ts: Option<i64>,
    received_at: DateTime<Utc>,
    facts: &DeviceFacts,
) -> Result<DateTime<Utc>, Rejected> {
    let Some(millis) = ts else { return Ok(received_at) };
    let oldest = received_at - TimeDelta::days(i64::from(facts.retention_days));
    match DateTime::from_timestamp_millis(millis) {
        Some(time) if time < oldest => Err(out_of_range(format!(
            "ts {time} is older than the fleet's retention of {} days",
            facts.retention_days
        ))),
        Some(time) if time > received_at + MAX_AHEAD => {
            Err(out_of_range(format!("ts {time} is more than a day after its arrival at {received_at}")))
        }
        Some(time) => Ok(time),
        None => Err(out_of_range(format!("ts {millis} is no time that can be stored"))),
    }
}

fn out_of_range(detail: String) -> Rejected {
    Rejected { reason: DeadLetterReason::TimestampOutOfRange, detail }
}
