//! Statements of the maintenance task.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, PgConnection};

/// Rows deleted by one statement.
const CHUNK: i64 = 10_000;

/// Takes the lock that one replica holds while it does maintenance. Whether it was free.
pub(crate) async fn try_lead(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_lock(hashtextextended('argosy.maintenance', 0)) as "locked!""#
    )
    .fetch_one(connection)
    .await
}

/// Days with partitions that lie before every fleet's retention.
pub(crate) async fn expired_days(connection: &mut PgConnection) -> Result<Vec<NaiveDate>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select day as "day!" from (
            select to_date(substring(c.relname from 'readings_(\d{8})$'), 'YYYYMMDD') as day
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'readings'::regclass
         ) days
         where day < (now() at time zone 'UTC')::date - (select max(retention_days) from fleets) - 1
         order by 1"#
    )
    .fetch_all(connection)
    .await
}

/// Drops the partitions of a day. Waits for its lock for as long as `lock_timeout` allows, so that it holds nobody up.
pub(crate) async fn drop_day(connection: &mut PgConnection, day: NaiveDate) -> Result<(), sqlx::Error> {
    let day = day.format("%Y%m%d");
    // Names cannot be parameters; this one is digits.
    let sql = format!("drop table if exists readings_{day}, rollups_{day}");
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Deletes some readings that are older than their own fleet's retention, and returns how many.
pub(crate) async fn delete_expired_readings(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from readings where (tableoid, ctid) in (
            select r.tableoid, r.ctid
            from fleets f join devices d on d.fleet_id = f.id
            cross join lateral (
                select tableoid, ctid from readings
                where device_id = d.id and ts < now() - make_interval(days => f.retention_days + 1)
                limit $1
            ) r
            where f.retention_days < (select max(retention_days) from fleets)
            limit $1
         )",
        CHUNK
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes some rollups of readings that are deleted so, and returns how many.
pub(crate) async fn delete_expired_rollups(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from rollups where (tableoid, ctid) in (
            select r.tableoid, r.ctid
            from fleets f join devices d on d.fleet_id = f.id
            cross join lateral (
                select tableoid, ctid from rollups
                where device_id = d.id and minute < now() - make_interval(days => f.retention_days + 1)
                limit $1
            ) r
            where f.retention_days < (select max(retention_days) from fleets)
            limit $1
         )",
        CHUNK
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes what else has had its time.
pub(crate) async fn delete_expired(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from sessions where expires_at < now()").execute(&mut *connection).await?;
    sqlx::query!("delete from revoked_certificates where expires_at < now()")
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from traffic where at < now() - interval '2 days'")
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "delete from dead_letters l using fleets f
         where f.id = l.fleet_id and l.last_received_at < now() - make_interval(days => f.retention_days)"
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from presence_events e using devices d join fleets f on f.id = d.fleet_id
         where d.id = e.device_id and e.at < now() - make_interval(days => f.retention_days)"
    )
    .execute(connection)
    .await?;
    Ok(())
}
