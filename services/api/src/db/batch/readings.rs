//! Rows of `readings`.

use argosy_wire::telemetry::Sequence;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

/// Points to insert, by column.
#[derive(Debug, Default)]
pub(crate) struct ReadingColumns<'d> {
    device_ids: Vec<i64>,
    times: Vec<DateTime<Utc>>,
    received_at: Vec<DateTime<Utc>>,
    boots: Vec<Option<i64>>,
    seqs: Vec<Option<i64>>,
    values: Vec<&'d str>,
}

impl<'d> ReadingColumns<'d> {
    /// Room for so many points.
    pub(crate) fn with_capacity(points: usize) -> Self {
        Self {
            device_ids: Vec::with_capacity(points),
            times: Vec::with_capacity(points),
            received_at: Vec::with_capacity(points),
            boots: Vec::with_capacity(points),
            seqs: Vec::with_capacity(points),
            values: Vec::with_capacity(points),
        }
    }

    /// Adds a point; `values` is a JSON object.
    pub(crate) fn push(
        &mut self,
        device_id: i64,
        time: DateTime<Utc>,
        received_at: DateTime<Utc>,
        sequence: Option<Sequence>,
        values: &'d str,
    ) {
        self.device_ids.push(device_id);
        self.times.push(time);
        self.received_at.push(received_at);
        self.boots.push(sequence.map(|sequence| sequence.boot));
        self.seqs.push(sequence.map(|sequence| sequence.seq));
        self.values.push(values);
    }
}

/// Inserts points.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    columns: &ReadingColumns<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into readings (device_id, ts, received_at, boot, seq, values)
         select device_id, ts, received_at, boot, seq, values::jsonb
         from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::text[])
            as point(device_id, ts, received_at, boot, seq, values)",
        &columns.device_ids,
        &columns.times,
        &columns.received_at,
        &columns.boots as _,
        &columns.seqs as _,
        &columns.values as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes the partitions of a day (UTC) where they are missing.
pub(crate) async fn ensure_day_partitions(
    connection: &mut PgConnection,
    day: NaiveDate,
) -> Result<(), sqlx::Error> {
    sqlx::query!("select ensure_day_partitions($1)", day).execute(connection).await?;
    Ok(())
}
