//! What is kept of a run that found something: logs, ledgers, and what the database has of the devices concerned.

use std::path::Path;

use anyhow::Context as _;
use sqlx::{PgConnection, Row as _};

use crate::{verdict::Verdict, world::World};

/// What is kept of the database: a file a query, one JSON object a line; the parameter is the devices' names.
const QUERIES: [(&str, &str); 4] = [
    (
        "readings",
        "select to_jsonb(readings) - 'values' from readings
         where device_id = any(select id from devices where name = any($1)) order by device_id, boot, seq",
    ),
    (
        "device_streams",
        "select to_jsonb(device_streams) from device_streams
         where device_id = any(select id from devices where name = any($1))",
    ),
    ("devices", "select to_jsonb(devices) from devices where name = any($1)"),
    (
        "dead_letters",
        "select to_jsonb(letters) from (select id, device_name, topic, reason, detail, received_at, last_received_at,
            occurrences, payload_bytes, left(encode(payload, 'escape'), 200) as payload from dead_letters
            where device_name = any($1) order by id) letters",
    ),
];

/// Keeps the tables of the devices concerned beside the logs.
pub(crate) async fn keep_tables(
    session: &mut PgConnection,
    verdict: &Verdict,
    folder: &Path,
) -> anyhow::Result<()> {
    let devices: Vec<&str> =
        verdict.differences.iter().map(|difference| difference.device.as_str()).collect();
    for (name, query) in QUERIES {
        let rows = sqlx::query(query).bind(&devices).fetch_all(&mut *session).await?;
        let mut text = String::new();
        for row in rows {
            let value: serde_json::Value = row.try_get(0)?;
            text.push_str(&value.to_string());
            text.push('\n');
        }
        let path = folder.join(format!("{name}.ndjson"));
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Keeps the logs of the servers beside those of the services.
pub(crate) fn keep_logs(world: &World) -> anyhow::Result<()> {
    for (name, log) in world.server_logs() {
        let path = world.files().log(name);
        std::fs::copy(&log, &path).with_context(|| format!("cannot keep {}", log.display()))?;
    }
    Ok(())
}
