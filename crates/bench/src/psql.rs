//! psql, as somebody would use it who asks the database directly.

use std::{process::Stdio, time::Duration};

use anyhow::{Context as _, bail};
use argosy_backends::Postgres;
use secrecy::ExposeSecret as _;
use tokio::{io::AsyncWriteExt as _, process::Command};
use url::Url;

/// Runs commands in the database `argosy`, and gives what they wrote.
pub(crate) async fn run(postgres: &Postgres, commands: &str) -> anyhow::Result<String> {
    let url: Url = postgres.url("argosy").expose_secret().parse()?;
    let mut child = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--host=127.0.0.1", "--dbname=argosy"])
        .arg(format!("--username={}", url.username()))
        .arg(format!("--port={}", url.port().unwrap_or(5432)))
        .env("PGPASSWORD", url.password().unwrap_or_default())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("psql cannot be started")?;
    let mut stdin = child.stdin.take().context("psql has no pipe")?;
    stdin.write_all(commands.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// How long each of these takes by psql's own account, with its rows read and thrown away.
pub(crate) async fn time(postgres: &Postgres, query: &str, times: usize) -> anyhow::Result<Vec<Duration>> {
    let commands = format!("\\o /dev/null\n\\timing on\n{}", format!("{query}\n").repeat(times));
    let output = run(postgres, &commands).await?;
    let milliseconds = output.lines().filter_map(|line| {
        let number = line.strip_prefix("Time: ")?.split(' ').next()?;
        number.parse::<f64>().ok()
    });
    Ok(milliseconds.map(|milliseconds| Duration::from_secs_f64(milliseconds / 1e3)).collect())
}
