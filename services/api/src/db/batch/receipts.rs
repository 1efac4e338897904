//! How far streams that have gaps are stored without one, for receipts.

use sqlx::PgConnection;

/// Of these streams (device, boot), the number up to which everything from 1 on is stored: device, boot, number.
pub(crate) async fn find_through(
    connection: &mut PgConnection,
    streams: &[(i64, i64)],
) -> Result<Vec<(i64, i64, i64)>, sqlx::Error> {
    let (devices, boots): (Vec<i64>, Vec<i64>) = streams.iter().copied().unzip();
    // The first number that is missing is the lowest of all numbers without those that are stored.
    let rows = sqlx::query!(
        r#"select s.device_id, s.boot, lower('{[1,)}'::int8multirange - s.received) - 1 as "through!"
         from unnest($1::bigint[], $2::bigint[]) asked(device_id, boot)
         join device_streams s on s.device_id = asked.device_id and s.boot = asked.boot"#,
        &devices,
        &boots,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.device_id, row.boot, row.through)).collect())
}
