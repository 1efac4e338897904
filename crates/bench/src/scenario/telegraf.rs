//! What a user would pick instead: Telegraf, from the same broker into the same PostgreSQL, with an index on device and time.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use argosy_backends::{Postgres, free_port};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use tokio::process::Command;

use crate::{
    brokers::LoneBroker,
    child::Client,
    measure::{Flow, flow},
    usage,
};

/// Where the program is, if it is there.
pub(crate) fn program() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join("go/bin");
    std::env::split_paths(&paths).chain([home]).map(|path| path.join("telegraf")).find(|path| path.is_file())
}

/// Messages committed in a second; from the broker over TLS, as ingest reads them, or over a plain connection.
pub(crate) async fn measure(
    program: &Path,
    devices: u32,
    with_tls: bool,
    warm_up: Duration,
    time: Duration,
) -> anyhow::Result<Flow> {
    let folder = tempfile::tempdir()?;
    let mut postgres = Postgres::prepare(&folder.path().join("postgres"), free_port()?, true)?.temporary();
    postgres.start().await?;
    postgres.create_database("telegraf").await?;
    let mut lone = LoneBroker::start().await?;
    let config = folder.path().join("telegraf.conf");
    std::fs::write(&config, configuration(&lone, with_tls, postgres.url("telegraf").expose_secret()))?;
    let log = std::fs::File::create(folder.path().join("telegraf.log"))?;
    let telegraf = Command::new(program)
        .arg("--config")
        .arg(&config)
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .context("telegraf cannot be started")?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let pool = PgPool::connect(postgres.url("telegraf").expose_secret()).await?;
    let mut publishers = Client::publishers(lone.plain_port, devices, &["--format=flat".into()])?;
    let processes = [
        lone.process(),
        ("telegraf", i32::try_from(telegraf.id().unwrap_or_default())?),
        ("postgres", usage::id(postgres.process())),
    ];
    let measured = flow(&mut publishers, &processes, warm_up, time, async || {
        // PostgreSQL's own count of rows, at most a second old.
        let rows: Option<i64> = sqlx::query_scalar(
            "select sum(n_tup_ins)::bigint from pg_stat_user_tables where relname = 'mqtt_consumer'",
        )
        .fetch_one(&pool)
        .await?;
        Ok(rows.unwrap_or(0).unsigned_abs())
    })
    .await;
    drop((publishers, telegraf));
    pool.close().await;
    lone.broker.stop().await?;
    postgres.stop().await?;
    measured
}

fn configuration(lone: &LoneBroker, with_tls: bool, database: &str) -> String {
    let source = if with_tls {
        let certificates = &lone.installation.certificates;
        format!(
            r#"servers = ["ssl://localhost:{}"]
  tls_ca = "{}"
  tls_cert = "{}"
  tls_key = "{}""#,
            lone.tls_port,
            certificates.ca_file.display(),
            certificates.ingest_file.display(),
            certificates.ingest_key_file.display()
        )
    } else {
        format!(r#"servers = ["tcp://127.0.0.1:{}"]"#, lone.plain_port)
    };
    format!(
        r#"[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_batch_size = 5000
  metric_buffer_limit = 200000
  omit_hostname = true
[[inputs.mqtt_consumer]]
  {source}
  topics = ["v1/+/+/telemetry"]
  qos = 1
  client_id = "telegraf"
  persistent_session = true
  max_undelivered_messages = 20000
  topic_tag = ""
  data_format = "json"
  json_time_key = "ts"
  json_time_format = "unix_ms"
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "v1/+/+/telemetry"
    tags = "_/fleet/device/_"
[[outputs.postgresql]]
  connection = "{database}"
  create_templates = [
    '''CREATE TABLE {{{{ .table }}}} ({{{{ .columns }}}})''',
    '''CREATE INDEX ON {{{{ .table }}}} (device, time)''',
  ]
"#
    )
}
