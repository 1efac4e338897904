//! Whether every message without sense is a dead letter, and no other is.

use sqlx::{FromRow, PgConnection};

use super::Verdict;

#[derive(FromRow)]
struct Found {
    poison: i64,
    marked: i64,
    unrefused: i64,
    wrong: i64,
}

/// A message without sense carries its boot and its number, whatever else is wrong with it.
const LETTERS: &str = r"
with refused as (
    select fleets.name as fleet, device_name as device,
        regexp_match(encode(payload, 'escape'), 'poison-(\d+)-(\d+)') as mark, occurrences
    from dead_letters left join fleets on fleets.id = fleet_id
), marked as (
    select fleet, device, mark[1]::bigint as boot,
        range_agg(int8range(mark[2]::bigint, mark[2]::bigint, '[]')) as numbers
    from refused where mark is not null group by 1, 2, 3
), compared as (
    select poison.numbers as acknowledged, coalesce(marked.numbers, '{}') as refused
    from poison left join marked using (fleet, device, boot)
)
select (select coalesce(sum(pg_temp.size(acknowledged)), 0)::bigint from compared) as poison,
    (select count(*) from refused where mark is not null) as marked,
    (select coalesce(sum(pg_temp.size(acknowledged - refused)), 0)::bigint from compared) as unrefused,
    (select coalesce(sum(occurrences), 0)::bigint from refused where mark is null) as wrong";

impl Verdict {
    pub(super) async fn compare_letters(&mut self, session: &mut PgConnection) -> anyhow::Result<()> {
        let found: Found = sqlx::query_as(LETTERS).fetch_one(session).await?;
        self.poison = found.poison;
        self.letters = found.marked;
        self.unrefused = found.unrefused;
        self.wrongly_refused = found.wrong;
        Ok(())
    }
}
