//! The table `latest_values`, as queries read it.

use std::collections::BTreeMap;

use argosy_wire::api::reading::LatestValue;
use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};

/// A value as the table keeps it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StoredValue {
    /// Its time, in milliseconds since 1970.
    t: i64,
    /// The value.
    v: Value,
}

impl From<StoredValue> for LatestValue {
    fn from(stored: StoredValue) -> Self {
        Self { ts: DateTime::from_timestamp_millis(stored.t).unwrap_or_default(), value: stored.v }
    }
}

/// The newest values of a device.
#[derive(Debug)]
pub(crate) struct LatestRow {
    /// The device.
    pub(crate) device_id: i64,
    /// By key.
    pub(crate) values: Json<BTreeMap<String, StoredValue>>,
}

/// The newest values of these devices, in the order of their ids.
pub(crate) async fn list_latest(
    connection: &mut PgConnection,
    devices: &[i64],
) -> Result<Vec<LatestRow>, sqlx::Error> {
    sqlx::query_as!(
        LatestRow,
        r#"select device_id, values as "values: Json<BTreeMap<String, StoredValue>>"
         from latest_values where device_id = any($1) order by device_id"#,
        devices
    )
    .fetch_all(connection)
    .await
}
