//! Sequences: logical replication carries the numbers that rows have, and not how far the sequences are.

use sqlx::{FromRow, PgConnection};

/// So many numbers are skipped: whoever drew one just before the fence is not met again.
const HEADROOM: i64 = 1000;

#[derive(Debug, FromRow)]
struct Sequence {
    name: String,
    last: i64,
    step: i64,
}

#[derive(Debug, FromRow)]
struct Owned {
    sequence: String,
    table: String,
    column: String,
}

/// Sets every sequence of `target` beyond where it is at `source`; how many.
pub async fn carry(source: &mut PgConnection, target: &mut PgConnection) -> Result<usize, sqlx::Error> {
    let sequences: Vec<Sequence> = sqlx::query_as(
        "select format('%I.%I', schemaname, sequencename) as name, last_value as last, increment_by as step
         from pg_sequences where last_value is not null",
    )
    .fetch_all(source)
    .await?;
    for sequence in &sequences {
        sqlx::query("select setval($1::regclass, $2)")
            .bind(&sequence.name)
            .bind(sequence.last + HEADROOM * sequence.step)
            .execute(&mut *target)
            .await?;
    }
    Ok(sequences.len())
}

/// Draws a number of every sequence that fills a column. Those that the column may have already, in sentences; and how many were drawn.
pub async fn collisions(session: &mut PgConnection) -> Result<(usize, Vec<String>), sqlx::Error> {
    let owned: Vec<Owned> = sqlx::query_as(
        "select s.oid::regclass::text as sequence, d.refobjid::regclass::text as table, quote_ident(a.attname) as column
         from pg_class s join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
         join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
         where s.relkind = 'S' order by 1",
    )
    .fetch_all(&mut *session)
    .await?;
    let mut found = Vec::new();
    for Owned { sequence, table, column } in &owned {
        let question =
            format!("select nextval('{sequence}'), coalesce(max({column})::bigint, 0) from {table}");
        let (next, highest): (i64, i64) =
            sqlx::query_as(sqlx::AssertSqlSafe(question)).fetch_one(&mut *session).await?;
        if next <= highest {
            found.push(format!("{sequence} gives {next}, and {table} has {highest} already"));
        }
    }
    Ok((owned.len(), found))
}
