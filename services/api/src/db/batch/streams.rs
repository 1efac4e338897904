//! Rows of `device_streams`: the ledger of what is stored.

use std::collections::BTreeMap;

use sqlx::PgConnection;

/// How far a stream has come.
#[derive(Debug)]
pub struct StreamPosition {
    /// The device.
    pub device_id: i64,
    /// The boot.
    pub boot: i64,
    /// How many numbers are stored.
    pub received_count: i64,
    /// The highest number stored.
    pub highest: i64,
    /// The size of the ledger as stored.
    pub ledger_bytes: i32,
}

/// The positions of streams, given by device and boot; those without a message yet have none.
pub(crate) async fn find_positions(
    connection: &mut PgConnection,
    streams: &[(i64, i64)],
) -> Result<Vec<StreamPosition>, sqlx::Error> {
    let (devices, boots): (Vec<i64>, Vec<i64>) = streams.iter().copied().unzip();
    sqlx::query_as!(
        StreamPosition,
        r#"select s.device_id, s.boot, s.received_count, s.highest, pg_column_size(s.received) as "ledger_bytes!"
         from unnest($1::bigint[], $2::bigint[]) asked(device_id, boot)
         join device_streams s on s.device_id = asked.device_id and s.boot = asked.boot"#,
        &devices,
        &boots,
    )
    .fetch_all(connection)
    .await
}

/// Of these numbers (device, boot, seq), those that are stored.
pub(crate) async fn find_seen(
    connection: &mut PgConnection,
    numbers: &[(i64, i64, i64)],
) -> Result<Vec<(i64, i64, i64)>, sqlx::Error> {
    let (devices, boots, seqs) = columns(numbers);
    let rows = sqlx::query!(
        r#"select asked.device_id as "device_id!", asked.boot as "boot!", asked.seq as "seq!"
         from unnest($1::bigint[], $2::bigint[], $3::bigint[]) asked(device_id, boot, seq)
         join device_streams s on s.device_id = asked.device_id and s.boot = asked.boot
         where s.received @> asked.seq"#,
        &devices,
        &boots,
        &seqs,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.device_id, row.boot, row.seq)).collect())
}

/// Enters numbers (device, boot, seq) that are not stored yet, each once.
pub(crate) async fn add(
    connection: &mut PgConnection,
    numbers: &[(i64, i64, i64)],
) -> Result<(), sqlx::Error> {
    let (devices, boots, seqs) = columns(numbers);
    sqlx::query!(
        "insert into device_streams as s (device_id, boot, received, received_count, highest)
         select device_id, boot, range_agg(int8range(seq, seq, '[]')), count(*), max(seq)
         from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as fresh(device_id, boot, seq)
         group by device_id, boot
         on conflict (device_id, boot) do update set
            received = s.received + excluded.received,
            received_count = s.received_count + excluded.received_count,
            highest = greatest(s.highest, excluded.highest)",
        &devices,
        &boots,
        &seqs,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts messages that came again, by device and boot.
pub(crate) async fn count_duplicates(
    connection: &mut PgConnection,
    repeated: &BTreeMap<(i64, i64), i64>,
) -> Result<(), sqlx::Error> {
    let numbers: Vec<_> = repeated.iter().map(|(&(device, boot), &count)| (device, boot, count)).collect();
    let (devices, boots, counts) = columns(&numbers);
    sqlx::query!(
        "update device_streams s set duplicates = s.duplicates + repeated.count
         from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as repeated(device_id, boot, count)
         where s.device_id = repeated.device_id and s.boot = repeated.boot",
        &devices,
        &boots,
        &counts,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn columns(numbers: &[(i64, i64, i64)]) -> (Vec<i64>, Vec<i64>, Vec<i64>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for &(device, boot, number) in numbers {
        columns.0.push(device);
        columns.1.push(boot);
        columns.2.push(number);
    }
    columns
}
