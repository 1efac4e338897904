//! How far streams are stored without a gap, for receipts.

use sqlx::PgConnection;

/// Of these streams (device, boot), the number up to which everything from 1 on is stored: device, boot, number.
pub(crate) async fn find_through(
    connection: &mut PgConnection,
    streams: &[(i64, i64)],
) -> Result<Vec<(i64, i64, i64)>, sqlx::Error> {
    let (devices, boots): (Vec<i64>, Vec<i64>) = streams.iter().copied().unzip();
    // Where as many are stored as the highest number says, none is missing, and the ranges need no look: 0.2 instead of 0.9 ms for
    // 2,000 streams. Else the first that is missing is the lowest of all numbers without those that are stored.
    let rows = sqlx::query!(
        r#"select s.device_id, s.boot,
            case when s.received_count = s.highest then s.highest
                else lower('{[1,)}'::int8multirange - s.received) - 1 end as "through!"
         from unnest($1::bigint[], $2::bigint[]) asked(device_id, boot)
         join device_streams s on s.device_id = asked.device_id and s.boot = asked.boot"#,
        &devices,
        &boots,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.device_id, row.boot, row.through)).collect())
}
