//! The schema: copied once, and compared before the switch-over, since logical replication carries no change of it.

use std::{collections::BTreeSet, process::Stdio, time::Duration};

use anyhow::{Context as _, ensure};
use argosy_backends::find;
use secrecy::ExposeSecret as _;
use sqlx::PgConnection;
use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};

use crate::database::Database;

/// How long a copy may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// What a schema consists of, a line a part. Partitions are their bounds alone: their columns are those of what they are part of.
const PARTS: &str = "
    with ours as (
        select c.* from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    )
    select format('column %s.%s %s%s', attrelid::regclass, attname, format_type(atttypid, atttypmod), case when attnotnull then ' not null' else '' end)
    from pg_attribute join ours on ours.oid = attrelid
    where attnum > 0 and not attisdropped and relkind in ('r', 'p') and not relispartition
    union all
    select format('partition %s %s', oid::regclass, pg_get_expr(relpartbound, oid)) from ours where relispartition and relkind in ('r', 'p')
    union all
    select pg_get_indexdef(ours.oid) from ours where relkind in ('i', 'I') and not relispartition
    union all
    select format('sequence %s', oid::regclass) from ours where relkind = 'S'
    union all
    select format('view %s %s', oid::regclass, md5(pg_get_viewdef(oid))) from ours where relkind = 'v'
    union all
    select format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(pg_constraint.oid))
    from pg_constraint join ours on ours.oid = conrelid where contype in ('p', 'u', 'f', 'c', 'x') and not relispartition
    union all
    select format('trigger %s on %s', tgname, tgrelid::regclass) from pg_trigger join ours on ours.oid = tgrelid
    where not tgisinternal and not relispartition
    union all
    select format('function %s %s', p.oid::regprocedure, md5(prosrc)) from pg_proc p join pg_namespace n on n.oid = pronamespace
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend where objid = p.oid and deptype = 'e')";

/// Makes the tables, their partitions, functions and the rest at the new server; no rows.
pub(crate) async fn copy(from: &Database, to: &Database) -> anyhow::Result<()> {
    let dump = from
        .client("pg_dump")?
        .args(["--schema-only", "--no-publications", "--no-subscriptions"])
        .stdin(Stdio::null())
        .output();
    let dump =
        timeout(DEADLINE, dump).await.context("pg_dump does not end")?.context("cannot run pg_dump")?;
    ensure!(dump.status.success(), "pg_dump failed: {}", String::from_utf8_lossy(&dump.stderr).trim());
    let mut psql = to
        .client("psql")?
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run psql")?;
    let mut stdin = psql.stdin.take().context("psql has no input")?;
    let restore = async {
        // Where it ends early, what it says tells why.
        let _ = stdin.write_all(&dump.stdout).await;
        drop(stdin);
        psql.wait_with_output().await
    };
    let output = timeout(DEADLINE, restore).await.context("psql does not end")??;
    ensure!(output.status.success(), "psql failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// Where the schemas differ, in sentences; none where they are the same.
pub async fn differences(
    source: &mut PgConnection,
    target: &mut PgConnection,
) -> Result<Vec<String>, sqlx::Error> {
    let (old, new) = (parts(source).await?, parts(target).await?);
    let missing =
        old.difference(&new).map(|part| format!("{part}: not so at the new server, make it there too"));
    let surplus =
        new.difference(&old).map(|part| format!("{part}: at the new server alone, take it away there"));
    Ok(missing.chain(surplus).collect())
}

async fn parts(session: &mut PgConnection) -> Result<BTreeSet<String>, sqlx::Error> {
    let parts: Vec<String> = sqlx::query_scalar(PARTS).fetch_all(session).await?;
    Ok(parts.into_iter().collect())
}

impl Database {
    /// One of libpq's programs, told how to reach this database.
    fn client(&self, name: &str) -> anyhow::Result<Command> {
        let mut command = Command::new(find::postgres_client(&self.programs, name)?);
        command.envs(self.variables()).env("PGPASSWORD", self.password()?.expose_secret()).kill_on_drop(true);
        Ok(command)
    }
}
