//! What logical replication does not carry, asked before anything is done; each is a sentence that says what to do.

use sqlx::PgConnection;

/// Tables whose changes could not be told apart: without a primary key, and without another replica identity. Partitions are named by
/// what they are part of.
const NAMELESS: &str = "
    select coalesce(pg_partition_root(c.oid), c.oid::regclass)::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
      and c.relreplident <> 'f'
      and not exists (select from pg_index i where i.indrelid = c.oid
                      and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident else false end)
    group by 1 order by 1";

/// Questions to the old server, each of which names what is in the way, and what is to be done about it.
const QUESTIONS: [(&str, &str); 6] = [
    (
        "select 'wal_level = ' || current_setting('wal_level') where current_setting('wal_level') <> 'logical'",
        "logical replication needs wal_level = logical, which takes a restart",
    ),
    (
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind = 'r' and c.relpersistence = 'u' and n.nspname not like 'pg\\_%'",
        "an unlogged table is not replicated: `alter table ... set logged`, or do without its rows",
    ),
    (
        "select count(*) || ' large objects' from pg_largeobject_metadata having count(*) > 0",
        "large objects are not replicated: copy them by hand after the fence, or store them as bytea",
    ),
    (
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('m', 'f') and n.nspname not like 'pg\\_%'",
        "materialized views and foreign tables are not replicated: refresh or make them at the new server",
    ),
    (
        "select gid from pg_prepared_xacts where database = current_database()",
        "a prepared transaction holds back the first copy: commit it or roll it back",
    ),
    (
        "select 'a transaction of ' || date_trunc('second', now() - xact_start) from pg_stat_activity
         where datname = current_database() and xact_start < now() - interval '10 minutes' and backend_type = 'client backend'",
        "a transaction as old as that holds back the first copy, and the fence would end it: let it end first",
    ),
];

/// The tables that need a replica identity. A partitioned one stands for its partitions.
pub async fn tables_without_identity(session: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(NAMELESS).fetch_all(session).await
}

/// Lets every table without a primary key be told by its whole rows, so that its updates and deletions can be replicated.
pub async fn give_identity(session: &mut PgConnection) -> Result<(), sqlx::Error> {
    for table in tables_without_identity(session).await? {
        let statement = format!(
            "do $$ declare part regclass; begin
                for part in select oid from pg_class where relreplident <> 'f'
                    and (oid = '{table}'::regclass or oid in (select relid from pg_partition_tree('{table}'))) loop
                    execute format('alter table %s replica identity full', part);
                end loop;
             end $$"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *session).await?;
    }
    Ok(())
}

/// What is in the way of replicating from one server to the other, in sentences; none where nothing is.
pub async fn obstacles(
    source: &mut PgConnection,
    target: &mut PgConnection,
) -> Result<Vec<String>, sqlx::Error> {
    let mut found = Vec::new();
    let nameless = tables_without_identity(source).await?;
    if !nameless.is_empty() {
        found.push(format!(
            "{}: without a primary key no update or deletion of a row can be replicated, and the old server would refuse them: add a \
             primary key, or `alter table ... replica identity full`",
            nameless.join(", ")
        ));
    }
    for (question, advice) in QUESTIONS {
        let named: Vec<String> = sqlx::query_scalar(question).fetch_all(&mut *source).await?;
        if !named.is_empty() {
            found.push(format!("{}: {advice}", named.join(", ")));
        }
    }
    let wanted: Vec<String> = sqlx::query_scalar("select extname::text from pg_extension order by 1")
        .fetch_all(&mut *source)
        .await?;
    let missing: Vec<String> = sqlx::query_scalar(
        "select name from unnest($1::text[]) name where name not in (select name::text from pg_available_extensions) order by 1",
    )
    .bind(wanted)
    .fetch_all(&mut *target)
    .await?;
    if !missing.is_empty() {
        found.push(format!(
            "{}: the new server does not have these extensions: install them there",
            missing.join(", ")
        ));
    }
    let form = "select datcollate || ', ' || pg_encoding_to_char(encoding) from pg_database where datname = current_database()";
    let (old, new): (String, String) = (
        sqlx::query_scalar(form).fetch_one(&mut *source).await?,
        sqlx::query_scalar(form).fetch_one(&mut *target).await?,
    );
    if old != new {
        found.push(format!(
            "{old} is {new} at the new server: make its database with the same collation and encoding"
        ));
    }
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(target)
        .await?;
    if tables > 0 {
        found.push(format!("the new server has {tables} tables already: begin with an empty database"));
    }
    Ok(found)
}
