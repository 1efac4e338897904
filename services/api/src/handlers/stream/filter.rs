//! Which events a reader of the live tail wants.

use std::collections::HashSet;

use argosy_wire::DeviceName;
use serde::Deserialize;
use sqlx::PgPool;

use crate::{
    db::{self, devices::DeviceFilter},
    live::{EventKind, LiveEvent},
};

/// Devices that a filter by label may match.
const MAX_MATCHED: i64 = 100_000;

/// What to send.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Events of this device; may be given several times. Of all devices without it.
    #[serde(default)]
    device: Vec<DeviceName>,
    /// Events of this kind; may be given several times. All without it.
    #[serde(default)]
    kind: Vec<EventKind>,
}

/// A filter of one reader.
pub(super) struct Filter {
    fleet_id: i64,
    named: HashSet<String>,
    kinds: Vec<EventKind>,
    labels: DeviceFilter,
    /// The devices with the labels, where any are asked for.
    labelled: Option<HashSet<String>>,
}

impl Filter {
    /// The filter that a query asks for.
    pub(super) async fn new(
        pool: &PgPool,
        fleet_id: i64,
        query: StreamQuery,
        labels: DeviceFilter,
    ) -> Result<Self, sqlx::Error> {
        let named = query.device.iter().map(ToString::to_string).collect();
        let mut filter = Self { fleet_id, named, kinds: query.kind, labels, labelled: None };
        filter.refresh(pool).await?;
        Ok(filter)
    }

    /// Looks up again which devices have the labels.
    pub(super) async fn refresh(&mut self, pool: &PgPool) -> Result<(), sqlx::Error> {
        if self.labels.labels.is_empty() {
            return Ok(());
        }
        let mut connection = pool.acquire().await?;
        let rows = db::devices::list_devices(&mut connection, self.fleet_id, &self.labels, None, MAX_MATCHED)
            .await?;
        self.labelled = Some(rows.into_iter().map(|row| row.name).collect());
        Ok(())
    }

    /// Whether the reader wants it.
    pub(super) fn takes(&self, event: &LiveEvent<'_>) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && (self.named.is_empty() || self.named.contains(event.device))
            && self.labelled.as_ref().is_none_or(|labelled| labelled.contains(event.device))
    }
}
