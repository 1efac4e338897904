//! The limit of the database: COPY of rows that are stored already into a table like theirs, by psql.

use std::time::Instant;

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;
use tokio::process::Command;

use crate::stack::Stack;

/// Rows copied.
const ROWS: u32 = 1_000_000;

/// Rows a second, by one session.
pub(crate) async fn measure(stack: &Stack) -> anyhow::Result<f64> {
    let file = stack.installation.files.file("rows");
    let path = file.display();
    psql(
        stack,
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
    psql(stack, &format!("\\copy copied from '{path}' (format binary)")).await?;
    let rate = rows as f64 / start.elapsed().as_secs_f64();
    psql(stack, "drop table copied").await?;
    std::fs::remove_file(&file)?;
    Ok(rate)
}

async fn psql(stack: &Stack, commands: &str) -> anyhow::Result<()> {
    let url: url::Url = stack.postgres.url("argosy").expose_secret().parse()?;
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--host=127.0.0.1", "--dbname=argosy"])
        .arg(format!("--username={}", url.username()))
        .arg(format!("--port={}", url.port().unwrap_or(5432)))
        .env("PGPASSWORD", url.password().unwrap_or_default())
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = psql.spawn().context("psql cannot be started")?;
    let mut stdin = child.stdin.take().context("psql has no pipe")?;
    tokio::io::AsyncWriteExt::write_all(&mut stdin, commands.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
