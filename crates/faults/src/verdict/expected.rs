//! Brings a ledger to PostgreSQL, as a temporary table of streams.

use std::{collections::BTreeMap, fmt::Write as _};

use argosy_simulator::{Ranges, Stream};
use sqlx::PgConnection;

/// Makes the table anew, with the numbers of each stream.
pub(super) async fn load(
    session: &mut PgConnection,
    table: &str,
    streams: &BTreeMap<Stream, Ranges>,
) -> anyhow::Result<()> {
    let create = format!(
        "drop table if exists {table};
         create temp table {table} (fleet text, device text, boot bigint, numbers int8multirange)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut *session).await?;
    let (mut fleets, mut devices, mut boots, mut numbers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((fleet, device, boot), ranges) in streams {
        fleets.push(fleet.to_string());
        devices.push(device.to_string());
        boots.push(*boot);
        numbers.push(multirange(ranges)?);
    }
    let insert = format!(
        "insert into {table} select fleet, device, boot, numbers::int8multirange
         from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) given (fleet, device, boot, numbers)"
    );
    sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(fleets)
        .bind(devices)
        .bind(boots)
        .bind(numbers)
        .execute(session)
        .await?;
    Ok(())
}

/// As PostgreSQL reads it.
fn multirange(ranges: &Ranges) -> Result<String, std::fmt::Error> {
    let mut text = String::from("{");
    for (index, (first, last)) in ranges.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(text, "{comma}[{first},{last}]")?;
    }
    text.push('}');
    Ok(text)
}
