//! Rows of `dead_letters`.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A message that could not be stored.
#[derive(Debug)]
pub(crate) struct DeadLetterRow<'m> {
    /// The fleet, where it is known.
    pub(crate) fleet_id: Option<i64>,
    /// The device that the topic names.
    pub(crate) device_name: Option<&'m str>,
    /// The topic.
    pub(crate) topic: Cow<'m, str>,
    /// The reason's text.
    pub(crate) reason: &'static str,
    /// What is wrong.
    pub(crate) detail: Cow<'m, str>,
    /// When it first came.
    pub(crate) received_at: DateTime<Utc>,
    /// When it last came.
    pub(crate) last_received_at: DateTime<Utc>,
    /// How often it came.
    pub(crate) occurrences: i64,
    /// What is kept of the payload.
    pub(crate) payload: &'m [u8],
    /// The size of the payload.
    pub(crate) payload_bytes: i64,
    /// Of topic, reason and payload.
    pub(crate) digest: [u8; 32],
}

impl DeadLetterRow<'_> {
    /// Counts another occurrence of the same.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.received_at = self.received_at.min(other.received_at);
        self.last_received_at = self.last_received_at.max(other.last_received_at);
        self.occurrences += other.occurrences;
    }
}

/// Adds dead letters, which must differ in their digests; one that is there already is counted.
pub(crate) async fn add(
    connection: &mut PgConnection,
    rows: &[DeadLetterRow<'_>],
) -> Result<(), sqlx::Error> {
    let fleets: Vec<Option<i64>> = rows.iter().map(|row| row.fleet_id).collect();
    let devices: Vec<Option<&str>> = rows.iter().map(|row| row.device_name).collect();
    let topics: Vec<&str> = rows.iter().map(|row| row.topic.as_ref()).collect();
    let reasons: Vec<&str> = rows.iter().map(|row| row.reason).collect();
    let details: Vec<&str> = rows.iter().map(|row| row.detail.as_ref()).collect();
    let received_at: Vec<_> = rows.iter().map(|row| row.received_at).collect();
    let last_received_at: Vec<_> = rows.iter().map(|row| row.last_received_at).collect();
    let occurrences: Vec<i64> = rows.iter().map(|row| row.occurrences).collect();
    let payloads: Vec<&[u8]> = rows.iter().map(|row| row.payload).collect();
    let sizes: Vec<i64> = rows.iter().map(|row| row.payload_bytes).collect();
    let digests: Vec<&[u8]> = rows.iter().map(|row| row.digest.as_slice()).collect();
    sqlx::query!(
        "insert into dead_letters as known
            (fleet_id, device_name, topic, reason, detail, received_at, last_received_at, occurrences, payload,
             payload_bytes, digest)
         select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
            $7::timestamptz[], $8::bigint[], $9::bytea[], $10::bigint[], $11::bytea[])
         on conflict (digest) do update set
            last_received_at = greatest(known.last_received_at, excluded.last_received_at),
            occurrences = known.occurrences + excluded.occurrences",
        &fleets as _,
        &devices as _,
        &topics as _,
        &reasons as _,
        &details as _,
        &received_at,
        &last_received_at,
        &occurrences,
        &payloads as _,
        &sizes,
        &digests as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
