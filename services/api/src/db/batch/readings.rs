//! Rows of `readings`.

use argosy_wire::telemetry::Sequence;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

/// Points to insert, as COPY reads them in its binary format (PostgreSQL's manual, "COPY", "Binary Format").
#[derive(Debug)]
pub(crate) struct ReadingRows {
    bytes: Vec<u8>,
}

impl ReadingRows {
    /// Room for so many points, whose values have so many bytes together.
    pub(crate) fn with_capacity(points: usize, value_bytes: usize) -> Self {
        let mut bytes = Vec::with_capacity(HEADER.len() + points * ROW_BYTES + value_bytes + END.len());
        bytes.extend_from_slice(HEADER);
        Self { bytes }
    }

    /// Adds a point; `values` is a JSON object.
    pub(crate) fn push(
        &mut self,
        device_id: i64,
        time: DateTime<Utc>,
        received_at: DateTime<Utc>,
        sequence: Option<Sequence>,
        values: &str,
    ) {
        self.bytes.extend_from_slice(&COLUMNS.to_be_bytes());
        self.put(device_id);
        self.put(since_2000(time));
        self.put(since_2000(received_at));
        self.put_or_null(sequence.map(|sequence| sequence.boot));
        self.put_or_null(sequence.map(|sequence| sequence.seq));
        // A batch is far smaller than what a length holds.
        let length = u32::try_from(1 + values.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.push(JSONB_VERSION);
        self.bytes.extend_from_slice(values.as_bytes());
    }

    fn put(&mut self, number: i64) {
        self.bytes.extend_from_slice(&8_i32.to_be_bytes());
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    fn put_or_null(&mut self, number: Option<i64>) {
        match number {
            Some(number) => self.put(number),
            None => self.bytes.extend_from_slice(&NULL.to_be_bytes()),
        }
    }
}

/// Signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const END: &[u8] = &(-1_i16).to_be_bytes();
const COLUMNS: i16 = 6;
/// Instead of a length.
const NULL: i32 = -1;
/// The only one there is, before the text.
const JSONB_VERSION: u8 = 1;
/// A row without its values: the number of columns, five numbers, a length and a version.
const ROW_BYTES: usize = 2 + 5 * 12 + 5;
/// Microseconds from 1970 to 2000, from where PostgreSQL counts.
const EPOCH: i64 = 946_684_800_000_000;

fn since_2000(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros() - EPOCH
}

/// Inserts points.
pub(crate) async fn insert(connection: &mut PgConnection, mut rows: ReadingRows) -> Result<(), sqlx::Error> {
    rows.bytes.extend_from_slice(END);
    let statement =
        "copy readings (device_id, ts, received_at, boot, seq, values) from stdin with (format binary)";
    let mut copy = connection.copy_in_raw(statement).await?;
    copy.send(rows.bytes).await?;
    copy.finish().await?;
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
