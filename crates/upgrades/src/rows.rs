//! Whether both servers have the same rows: asked in two snapshots of a moment at which nobody wrote, so that nobody has to wait.

use serde::Serialize;
use sqlx::{Connection as _, PgConnection};

use crate::database::{Database, execute};

/// Counts and sums what the rows of a table are, whatever their order.
const TABLES: &str = "
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    order by 1";

/// What one server has at a moment.
#[derive(Debug)]
pub(crate) struct Snapshot(PgConnection);

/// What was compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Comparison {
    /// Tables; partitions are part of theirs.
    pub(crate) tables: usize,
    /// Rows of all of them.
    pub(crate) rows: i64,
    /// Where the servers differ, in sentences.
    pub(crate) differences: Vec<String>,
}

impl Snapshot {
    /// Keeps what this server has now.
    pub(crate) async fn take(database: &Database) -> anyhow::Result<Self> {
        let mut session = database.session().await?;
        execute(&mut session, "begin isolation level repeatable read read only").await?;
        sqlx::query("select pg_current_snapshot()").execute(&mut session).await?;
        Ok(Self(session))
    }

    /// Compares every row of every table.
    pub(crate) async fn compare(mut self, mut other: Self) -> anyhow::Result<Comparison> {
        let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut self.0).await?;
        let mut comparison = Comparison { tables: tables.len(), ..Comparison::default() };
        for table in tables {
            let (rows, sum) = digest(&mut self.0, &table).await?;
            let (others, other_sum) = digest(&mut other.0, &table).await?;
            comparison.rows += rows;
            if rows != others {
                comparison
                    .differences
                    .push(format!("{table} has {rows} rows at one server and {others} at the other"));
            } else if sum != other_sum {
                comparison
                    .differences
                    .push(format!("{table} has {rows} rows at both servers, and not the same ones"));
            }
        }
        for Self(session) in [self, other] {
            session.close().await?;
        }
        Ok(comparison)
    }
}

async fn digest(session: &mut PgConnection, table: &str) -> Result<(i64, String), sqlx::Error> {
    let question = format!(
        "select count(*), coalesce(sum(hashtextextended(given::text, 0)::numeric), 0)::text from {table} given"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(question)).fetch_one(session).await
}
