//! Readings of the past, written by SQL: what a fleet has after a while.

use std::time::Duration;

use anyhow::bail;
use sqlx::AssertSqlSafe;
use tokio::time::{Instant, sleep};

use crate::stack::{FLEET, Stack};

/// How long rollups of a week may take.
const ROLLUP_DEADLINE: Duration = Duration::from_secs(300);

/// Devices of the past.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    /// What their names begin with.
    pub(crate) prefix: &'static str,
    pub(crate) devices: u32,
    /// Readings of each, spread evenly until now.
    pub(crate) readings: u32,
    pub(crate) days: u32,
}

impl History {
    /// Writes devices, with a latest value each, and their readings.
    pub(crate) async fn write(self, stack: &Stack) -> anyhow::Result<()> {
        let Self { prefix, devices, readings, days } = self;
        execute(
            stack,
            format!(
                "insert into devices (fleet_id, name)
                 select id, format('{prefix}-%s', lpad(n::text, 5, '0')) from fleets, generate_series(1, {devices}) n
                 where fleets.name = '{FLEET}'"
            ),
        )
        .await?;
        execute(
            stack,
            format!(
                "insert into latest_values (device_id, last_seen_at, ts, values)
                 select id, now(), now(), (select jsonb_object_agg(key, jsonb_build_object('v', value, 't', 1763672405123))
                                           from jsonb_each('{{\"speed\": 12.5, \"rpm\": 1800, \"temperature\": 71.5, \"fuel\": 0.61}}'))
                 from devices where name like '{prefix}-%'"
            ),
        )
        .await?;
        execute(
            stack,
            format!("select ensure_day_partitions(current_date - n) from generate_series(0, {days}) n"),
        )
        .await?;
        // A day at a time, so that devices lie beside each other as they do when they send at the same time.
        for day in (0..days).rev() {
            execute(
                stack,
                format!(
                    "with shapes as materialized (
                        select array_agg(jsonb_build_object('speed', n * 1.5, 'rpm', 900 + n, 'temperature', 60 + n / 16.0,
                            'fuel', round(n / 64.0, 3))) as v
                        from generate_series(1, 64) n
                     )
                     insert into readings (device_id, ts, received_at, boot, seq, values)
                     select d.id, t.ts, t.ts, 1, t.n, shapes.v[1 + t.n % 64]
                     from shapes,
                          (select n, now() - make_interval(days => {days}) + n * make_interval(secs => {days} * 86400.0 / {readings}) as ts
                           from generate_series(0, {readings} - 1) n) t,
                          (select id from devices where name like '{prefix}-%') d
                     where t.ts >= now() - make_interval(days => {day} + 1) and t.ts < now() - make_interval(days => {day})"
                ),
            )
            .await?;
        }
        execute(stack, "analyze".into()).await
    }

    /// Lets the API make rollups of all of it.
    pub(crate) async fn roll_up(self, stack: &Stack) -> anyhow::Result<()> {
        execute(
            stack,
            format!(
                "insert into rollup_dirty (device_id, minute)
                 select distinct device_id, date_trunc('minute', ts) from readings
                 where device_id in (select id from devices where name like '{}-%')
                 on conflict do nothing",
                self.prefix
            ),
        )
        .await?;
        let deadline = Instant::now() + ROLLUP_DEADLINE;
        loop {
            let left: i64 = sqlx::query_scalar(
                "select (select count(*) from rollup_dirty where minute < now() - interval '3 minutes') + (select count(*) from rollup_claims)",
            )
            .fetch_one(&stack.pool)
            .await?;
            if left == 0 {
                return execute(stack, "vacuum analyze".into()).await;
            }
            if Instant::now() > deadline {
                bail!("{left} minutes are not rolled up after {ROLLUP_DEADLINE:?}");
            }
            sleep(Duration::from_millis(500)).await;
        }
    }
}

async fn execute(stack: &Stack, statement: String) -> anyhow::Result<()> {
    // Of our own constants and numbers alone.
    sqlx::query(AssertSqlSafe(statement)).execute(&stack.pool).await?;
    Ok(())
}
