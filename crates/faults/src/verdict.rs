//! Whether everything that was acknowledged is stored, once: asked of PostgreSQL itself, and of nobody's counters.

mod expected;
mod letters;

use std::{collections::BTreeMap, path::Path};

use argosy_simulator::Ledger;
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

/// Differences that are named.
const NAMED: i64 = 50;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Messages that the broker acknowledged.
    pub acknowledged: i64,
    /// Messages that are stored.
    pub stored: i64,
    /// Acknowledged, and without a row, or unknown to the API's own account.
    pub missing: i64,
    /// Rows beyond the first of their message.
    pub doubled: i64,
    /// Messages with rows that the API's own account does not know, or known to it without a row.
    pub unaccounted: i64,
    /// Messages without sense that the broker acknowledged.
    pub poison: i64,
    /// Dead letters of them.
    pub letters: i64,
    /// Of them, neither stored nor a dead letter.
    pub unrefused: i64,
    /// Dead letters of messages that made sense.
    pub wrongly_refused: i64,
    /// The first differences.
    pub differences: Vec<Difference>,
}

/// A stream in which something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Difference {
    /// The device.
    pub device: String,
    /// The boot, which is the second of its start.
    pub boot: i64,
    /// What is wrong.
    pub what: String,
    /// The numbers, as PostgreSQL writes them.
    pub numbers: String,
    /// The first of them.
    pub first: i64,
    /// How many they are.
    pub count: i64,
}

/// Whose messages a verdict is about. Dead letters are looked at of all.
#[derive(Debug, Clone, Copy)]
pub enum Devices<'d> {
    /// Everybody's.
    All,
    /// Those of the device of this name.
    Only(&'d str),
    /// Those of all others.
    Except(&'d str),
}

impl Verdict {
    /// Whether everything is as it should be.
    pub fn is_good(&self) -> bool {
        self.missing == 0
            && self.doubled == 0
            && self.unaccounted == 0
            && self.unrefused == 0
            && self.wrongly_refused == 0
    }

    /// Compares these ledgers with what the database has of these devices.
    pub async fn reach(
        session: &mut PgConnection,
        ledgers: &[&Path],
        devices: Devices<'_>,
    ) -> anyhow::Result<Self> {
        let (mut messages, mut poison) = (BTreeMap::new(), BTreeMap::new());
        for ledger in ledgers {
            messages.extend(Ledger::read(ledger)?);
            poison.extend(Ledger::read_poison(ledger)?);
        }
        expected::load(session, "expected", &messages).await?;
        expected::load(session, "poison", &poison).await?;
        let mut verdict = Self::default();
        verdict.compare_rows(session, devices).await?;
        verdict.compare_letters(session).await?;
        Ok(verdict)
    }

    async fn compare_rows(&mut self, session: &mut PgConnection, devices: Devices<'_>) -> anyhow::Result<()> {
        sqlx::raw_sql(COMPARE).execute(&mut *session).await?;
        match devices {
            Devices::All => {}
            Devices::Only(name) => forget(session, name, false).await?,
            Devices::Except(name) => forget(session, name, true).await?,
        }
        let totals: Totals = sqlx::query_as(
            "select coalesce(sum(pg_temp.size(expected)), 0)::bigint as acknowledged,
                coalesce(sum(pg_temp.size(present)), 0)::bigint as stored,
                coalesce(sum(pg_temp.size(expected - (present * known))), 0)::bigint as missing,
                coalesce(sum(surplus), 0)::bigint as doubled,
                coalesce(sum(pg_temp.size(present - known) + pg_temp.size(known - present)), 0)::bigint as unaccounted
             from compared",
        )
        .fetch_one(&mut *session)
        .await?;
        self.acknowledged = totals.acknowledged;
        self.stored = totals.stored;
        (self.missing, self.doubled, self.unaccounted) = (totals.missing, totals.doubled, totals.unaccounted);
        self.differences = sqlx::query_as(
            "select device, boot, what, numbers::text, lower(numbers) as first, pg_temp.size(numbers) as count from compared,
                lateral (values ('missing', expected - (present * known)), ('doubled', doubled),
                    ('unaccounted', (present - known) + (known - present))) differences (what, numbers)
             where not isempty(numbers) order by what, device, boot limit $1",
        )
        .bind(NAMED)
        .fetch_all(session)
        .await?;
        Ok(())
    }
}

/// Takes a device out of the comparison, or all others.
async fn forget(session: &mut PgConnection, name: &str, is_itself: bool) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("delete from compared where (device = $1) = $2").bind(name).bind(is_itself);
    delete.execute(session).await.map(drop)
}

#[derive(FromRow)]
struct Totals {
    acknowledged: i64,
    stored: i64,
    missing: i64,
    doubled: i64,
    unaccounted: i64,
}

/// By device and boot: what was acknowledged, what has present, what the API's own account knows, what has more than one row.
/// Messages of the simulator have one point, and so one row.
const COMPARE: &str = "
create or replace function pg_temp.size(numbers int8multirange) returns bigint language sql immutable as $$
    select coalesce(sum(upper(part) - lower(part)), 0)::bigint from unnest(numbers) part
$$;
drop table if exists compared;
create temp table compared as
with counted as (
    select device_id, boot, seq, count(*) as copies from readings where seq is not null group by 1, 2, 3
), stored as (
    select device_id, boot, range_agg(int8range(seq, seq, '[]')) as present,
        coalesce(range_agg(int8range(seq, seq, '[]')) filter (where copies > 1), '{}') as doubled,
        sum(copies - 1) as surplus
    from counted group by 1, 2
), named as (
    select devices.id, fleets.name as fleet, devices.name as device
    from devices join fleets on fleets.id = devices.fleet_id
), kept as (
    select fleet, device, boot, present, doubled, surplus from stored join named on id = device_id
), known as (
    select fleet, device, boot, received as known from device_streams join named on id = device_id
)
select fleet, device, boot, coalesce(expected.numbers, '{}') as expected, coalesce(present, '{}') as present,
    coalesce(known, '{}') as known, coalesce(doubled, '{}') as doubled, coalesce(surplus, 0) as surplus
from kept full join known using (fleet, device, boot) full join expected using (fleet, device, boot);
";
