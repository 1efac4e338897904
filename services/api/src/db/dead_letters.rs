//! The table `dead_letters`, as people manage it.

use argosy_wire::api::dead_letter::DeadLetter;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A dead letter without its payload.
pub(crate) struct DeadLetterRow {
    /// Names it.
    pub(crate) id: i64,
    /// The fleet it belongs to.
    pub(crate) fleet: Option<String>,
    /// The device that its topic names.
    pub(crate) device_name: Option<String>,
    /// The topic.
    pub(crate) topic: String,
    /// A reason's text.
    pub(crate) reason: String,
    /// What is wrong.
    pub(crate) detail: String,
    /// When it first came.
    pub(crate) received_at: DateTime<Utc>,
    /// When it last came.
    pub(crate) last_received_at: DateTime<Utc>,
    /// How often it came.
    pub(crate) occurrences: i64,
    /// The size of its payload.
    pub(crate) payload_bytes: i64,
}

impl TryFrom<DeadLetterRow> for DeadLetter {
    type Error = crate::problem::ApiError;

    fn try_from(row: DeadLetterRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: row.id,
            fleet: row.fleet,
            device: row.device_name,
            topic: row.topic,
            reason: row.reason.parse().map_err(Self::Error::internal)?,
            detail: row.detail,
            received_at: row.received_at,
            last_received_at: row.last_received_at,
            occurrences: row.occurrences,
            payload_bytes: row.payload_bytes,
        })
    }
}

/// Which dead letters a request may see: those of a fleet, and those of none for one who sees every fleet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visible {
    /// The fleet.
    pub(crate) fleet_id: i64,
    /// Whether those without a fleet are seen too.
    pub(crate) without_fleet: bool,
}

/// Dead letters, newest first, before the id `before`.
pub(crate) async fn list_dead_letters(
    connection: &mut PgConnection,
    visible: Visible,
    reason: Option<&str>,
    device: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<DeadLetterRow>, sqlx::Error> {
    sqlx::query_as!(
        DeadLetterRow,
        r#"select l.id, f.name as "fleet?", l.device_name, l.topic, l.reason, l.detail, l.received_at, l.last_received_at,
            l.occurrences, l.payload_bytes
         from dead_letters l left join fleets f on f.id = l.fleet_id
         where (l.fleet_id = $1 or ($2 and l.fleet_id is null))
            and ($3::text is null or l.reason = $3)
            and ($4::text is null or l.device_name = $4)
            and ($5::bigint is null or l.id < $5)
         order by l.id desc limit $6"#,
        visible.fleet_id,
        visible.without_fleet,
        reason,
        device,
        before,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// One dead letter, and what is kept of its payload.
pub(crate) async fn find_dead_letter(
    connection: &mut PgConnection,
    visible: Visible,
    id: i64,
) -> Result<Option<(DeadLetterRow, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select l.id, f.name as "fleet?", l.device_name, l.topic, l.reason, l.detail, l.received_at, l.last_received_at,
            l.occurrences, l.payload_bytes, l.payload
         from dead_letters l left join fleets f on f.id = l.fleet_id
         where l.id = $3 and (l.fleet_id = $1 or ($2 and l.fleet_id is null))"#,
        visible.fleet_id,
        visible.without_fleet,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| {
        let letter = DeadLetterRow {
            id: row.id,
            fleet: row.fleet,
            device_name: row.device_name,
            topic: row.topic,
            reason: row.reason,
            detail: row.detail,
            received_at: row.received_at,
            last_received_at: row.last_received_at,
            occurrences: row.occurrences,
            payload_bytes: row.payload_bytes,
        };
        (letter, row.payload)
    }))
}

/// A dead letter as it is tried again.
pub(crate) struct ReplayRow {
    /// Names it.
    pub(crate) id: i64,
    /// The topic.
    pub(crate) topic: String,
    /// When it first came.
    pub(crate) received_at: DateTime<Utc>,
    /// Its payload; cut where it was too large.
    pub(crate) payload: Vec<u8>,
}

/// Dead letters that a selection names, after the id `after`, in the order of their arrival.
pub(crate) async fn select_for_replay(
    connection: &mut PgConnection,
    visible: Visible,
    ids: Option<&[i64]>,
    reason: Option<&str>,
    device: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<ReplayRow>, sqlx::Error> {
    sqlx::query_as!(
        ReplayRow,
        "select id, topic, received_at, payload from dead_letters
         where (fleet_id = $1 or ($2 and fleet_id is null))
            and ($3::bigint[] is null or id = any($3))
            and ($4::text is null or reason = $4)
            and ($5::text is null or device_name = $5)
            and octet_length(payload) = payload_bytes
            and id > $6
         order by id limit $7",
        visible.fleet_id,
        visible.without_fleet,
        ids,
        reason,
        device,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Deletes what a selection names, and returns how many that were.
pub(crate) async fn delete_dead_letters(
    connection: &mut PgConnection,
    visible: Visible,
    ids: Option<&[i64]>,
    reason: Option<&str>,
    device: Option<&str>,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from dead_letters
         where (fleet_id = $1 or ($2 and fleet_id is null))
            and ($3::bigint[] is null or id = any($3))
            and ($4::text is null or reason = $4)
            and ($5::text is null or device_name = $5)",
        visible.fleet_id,
        visible.without_fleet,
        ids,
        reason,
        device,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
