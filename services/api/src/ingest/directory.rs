//! Which device a topic names, remembered for a few seconds.

use std::{collections::HashMap, sync::Arc, time::Duration};

use moka::sync::Cache;
use sqlx::PgConnection;

use crate::db::batch::devices::{self, DirectoryRow};

/// How long ingestion may act on an older state of a device: the time until a disabled device is refused by every replica.
const TTL: Duration = Duration::from_secs(5);
/// Devices remembered at the most.
const CAPACITY: u64 = 200_000;

/// A device by its topic's words; both valid names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DeviceKey {
    /// The fleet's name.
    pub(crate) fleet: String,
    /// The device's name.
    pub(crate) device: String,
}

/// What ingestion knows of a device.
#[derive(Debug, Clone)]
pub struct DeviceFacts {
    /// Names it in the database.
    pub id: i64,
    /// Its fleet.
    pub fleet_id: i64,
    /// Whether its messages are stored.
    pub enabled: bool,
    /// How old a reading may be.
    pub retention_days: i32,
}

/// What a topic's words name.
#[derive(Debug, Clone)]
pub enum Found {
    /// A device.
    Device(Arc<DeviceFacts>),
    /// A fleet without such a device.
    NoDevice {
        /// The fleet.
        fleet_id: i64,
    },
    /// No fleet.
    NoFleet,
}

/// Finds devices. What does not exist is never remembered: it may exist in a moment.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    devices: Cache<DeviceKey, Arc<DeviceFacts>>,
}

impl Directory {
    /// A directory that knows nothing yet.
    pub(crate) fn new() -> Self {
        Self { devices: Cache::builder().max_capacity(CAPACITY).time_to_live(TTL).build() }
    }

    /// Finds each, in order; creates those that a fleet registers by itself.
    pub(crate) async fn find_all(
        &self,
        connection: &mut PgConnection,
        keys: &[DeviceKey],
    ) -> Result<Vec<Found>, sqlx::Error> {
        let mut known: Vec<Option<Found>> =
            keys.iter().map(|key| self.devices.get(key).map(Found::Device)).collect();
        let missing: Vec<&DeviceKey> =
            keys.iter().zip(&known).filter_map(|(key, found)| found.is_none().then_some(key)).collect();
        if !missing.is_empty() {
            let mut found = self.load(connection, &missing).await?;
            for (key, slot) in keys.iter().zip(&mut known).filter(|(_, slot)| slot.is_none()) {
                *slot = found.remove(key);
            }
        }
        Ok(known.into_iter().map(|found| found.unwrap_or(Found::NoFleet)).collect())
    }

    async fn load(
        &self,
        connection: &mut PgConnection,
        missing: &[&DeviceKey],
    ) -> Result<HashMap<DeviceKey, Found>, sqlx::Error> {
        let fleets: Vec<&str> = missing.iter().map(|key| key.fleet.as_str()).collect();
        let names: Vec<&str> = missing.iter().map(|key| key.device.as_str()).collect();
        let mut rows = devices::find_for_ingest(connection, &fleets, &names).await?;
        if rows.iter().any(|row| row.auto_register && row.device_id.is_none()) {
            devices::auto_register(connection, &fleets, &names).await?;
            rows = devices::find_for_ingest(connection, &fleets, &names).await?;
        }
        Ok(rows.into_iter().map(|row| self.remember(row)).collect())
    }

    fn remember(&self, row: DirectoryRow) -> (DeviceKey, Found) {
        let key = DeviceKey { fleet: row.fleet, device: row.device };
        let (Some(id), Some(enabled)) = (row.device_id, row.enabled) else {
            return (key, Found::NoDevice { fleet_id: row.fleet_id });
        };
        let facts = DeviceFacts { id, fleet_id: row.fleet_id, enabled, retention_days: row.retention_days };
        let facts = Arc::new(facts);
        self.devices.insert(key.clone(), Arc::clone(&facts));
        (key, Found::Device(facts))
    }

    /// Forgets one device, because it was changed or deleted.
    pub(crate) fn forget(&self, fleet: &str, device: &str) {
        self.devices.invalidate(&DeviceKey { fleet: fleet.to_owned(), device: device.to_owned() });
    }

    /// Forgets devices that turned out to be deleted.
    pub(crate) fn forget_ids(&self, ids: &[i64]) {
        let stale: Vec<DeviceKey> = self
            .devices
            .iter()
            .filter(|(_, facts)| ids.contains(&facts.id))
            .map(|(key, _)| key.as_ref().clone())
            .collect();
        for key in stale {
            self.devices.invalidate(&key);
        }
    }
}
