//! Who is online after a batch: by the devices' own status, or by their sending at all.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use argosy_wire::status::PresenceOrder;

use crate::{
    db::batch::{devices::LockedDevice, presence::PresenceChange},
    ingest::{Message, plan::Plan},
};

/// The changes that a batch makes to its devices' presence, one a device at the most, with the moments they were noticed.
#[derive(Debug, Default)]
pub(super) struct PresenceChanges {
    /// The state to write, by device.
    pub(super) states: Vec<PresenceChange>,
    /// What goes into the history: index into [`Plan::devices`], when, online.
    pub(super) events: Vec<(usize, DateTime<Utc>, bool)>,
}

struct State {
    online: bool,
    by_status: bool,
    order: PresenceOrder,
    changed: bool,
}

/// Applies the statuses in the order of arrival, then counts devices without a status of their own as online if they sent.
pub(super) fn changes(messages: &[Message<'_>], plan: &Plan, locked: &[LockedDevice]) -> PresenceChanges {
    let mut changes = PresenceChanges::default();
    let mut states: BTreeMap<usize, State> = BTreeMap::new();
    let state_of = |device: usize| State {
        online: locked[device].online,
        by_status: locked[device].presence_source == "status",
        order: PresenceOrder {
            boot: locked[device].presence_boot,
            connection: locked[device].presence_connection,
        },
        changed: false,
    };
    for planned in &plan.statuses {
        let state = states.entry(planned.device).or_insert_with(|| state_of(planned.device));
        let status = planned.status;
        if state.by_status && !status.supersedes(state.order) {
            continue;
        }
        if state.online != status.online {
            changes.events.push((planned.device, messages[planned.message].received_at, status.online));
        }
        *state = State { online: status.online, by_status: true, order: status.order(), changed: true };
    }
    for planned in &plan.telemetry {
        if locked[planned.device].online && !states.contains_key(&planned.device) {
            continue;
        }
        let state = states.entry(planned.device).or_insert_with(|| state_of(planned.device));
        if !state.by_status && !state.online {
            changes.events.push((planned.device, messages[planned.message].received_at, true));
            state.online = true;
            state.changed = true;
        }
    }
    changes.states = states
        .into_iter()
        .filter(|(_, state)| state.changed)
        .map(|(device, state)| PresenceChange {
            device_id: plan.devices[device].id,
            online: state.online,
            source: if state.by_status { "status" } else { "last_seen" },
            boot: state.order.boot,
            connection: state.order.connection,
        })
        .collect();
    changes
}
