//! The limit of the database: COPY of rows that are stored already into a table like theirs, by psql.

use std::time::Instant;

use crate::{psql, stack::Stack};

/// Rows copied.
const ROWS: u32 = 1_000_000;

/// Rows a second, by one session.
pub(crate) async fn measure(stack: &Stack) -> anyhow::Result<f64> {
    let file = stack.installation.files.file("rows");
    let path = file.display();
    psql::run(
        &stack.postgres,
        &format!(
            "drop table if exists copied;
             create table copied (like readings including all) partition by range (ts);
             create table copied_all partition of copied default;
             \\copy (select * from readings order by received_at limit {ROWS}) to '{path}' (format binary)"
        ),
    )
    .await?;
    let rows: i64 = sqlx::query_scalar("select least(count(*), $1) from readings")
        .bind(i64::from(ROWS))
        .fetch_one(&stack.pool)
        .await?;
    let start = Instant::now();
    psql::run(&stack.postgres, &format!("\\copy copied from '{path}' (format binary)")).await?;
    let rate = rows as f64 / start.elapsed().as_secs_f64();
    psql::run(&stack.postgres, "drop table copied").await?;
    std::fs::remove_file(&file)?;
    Ok(rate)
}
