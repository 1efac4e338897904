//! `argosy up`: starts the stack, keeps it running, and stops it.

use std::time::Instant;

use anyhow::Context as _;
use argosy_backends::{Postgres, Redis};
use argosy_stack::{Certificates, Installation, lasting_port};
use secrecy::ExposeSecret as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    arguments::UpOptions,
    folder::{Folder, State},
    part::Part,
    plan::Plan,
    ports,
    revocations::Revocations,
    screen::Screen,
    secrets::random_hex,
    supervise::Supervised,
};

/// The database of the stack.
const DATABASE: &str = "argosy";

/// Runs the stack until Ctrl-C or SIGTERM.
pub(crate) async fn up(folder: Folder, options: UpOptions) -> anyhow::Result<()> {
    if options.detached {
        // Away from the terminal: what happens to it must not happen to us.
        rustix::process::setsid().context("cannot leave the terminal")?;
    }
    let _lock = folder.lock()?;
    ports::check(options.webapp_port, "the pages", "--webapp-port")?;
    ports::check(options.api_port, "the API", "--api-port")?;
    ports::check(options.mqtt_port, "MQTT", "--mqtt-port")?;
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let screen = Screen::new(
        folder.clone(),
        State {
            pid: i32::try_from(std::process::id())?,
            ready: false,
            webapp_port: options.webapp_port,
            api_port: options.api_port,
            mqtt_port: options.mqtt_port,
            parts: Vec::new(),
        },
    );
    let started = Instant::now();
    let mut running = Vec::new();
    let result = tokio::select! {
        result = start_all(&folder, &options, &screen, &mut running) => result.map(Some),
        _ = terminate.recv() => Ok(None),
        _ = interrupt.recv() => Ok(None),
    };
    if let Ok(Some(_revocations)) = &result {
        screen.set_ready();
        screen.say(&welcome(&folder, &options, started.elapsed().as_secs_f64()));
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    screen.say("Stopping; Ctrl-C again stops at once.");
    let stop = async {
        // Devices first, the database last.
        while let Some(part) = running.pop() {
            part.stop().await;
        }
    };
    tokio::select! {
        () = stop => {}
        // What still runs ends with this process.
        _ = interrupt.recv() => {}
    }
    let _ = std::fs::remove_file(folder.file("state.json"));
    result.map(drop)
}

async fn start_all(
    folder: &Folder,
    options: &UpOptions,
    screen: &Screen,
    running: &mut Vec<Supervised>,
) -> anyhow::Result<Revocations> {
    let certificates = Certificates::prepare(folder)?;
    let installation = Installation { files: (**folder).clone(), certificates };
    let mut start = async |part: Part| {
        let name = part.name().to_owned();
        let line = screen.line(&name, part.log());
        let mut supervised = Supervised::start(part, line);
        let ready = supervised.ready().await;
        running.push(supervised);
        ready.with_context(|| format!("{name} does not start"))
    };
    let postgres = Postgres::prepare(&folder.file("postgres"), lasting_port()?, true)?;
    let (server, database_url) = (postgres.url("postgres"), postgres.url(DATABASE));
    start(Part::Postgres(postgres)).await?;
    create_database(server.expose_secret()).await?;
    let redis = Redis::prepare(&folder.file("redis"), lasting_port()?)?;
    let redis_url = redis.url();
    start(Part::Redis(redis)).await?;
    let plan = Plan {
        installation: &installation,
        options,
        database_url: folder.write_secret("secrets/database-url", database_url.expose_secret())?,
        redis_url: folder.write_secret("secrets/redis-url", redis_url.expose_secret())?,
        seal_key: folder.secret("secrets/seal-key", random_hex)?,
    };
    plan.initialise().await?;
    start(plan.service_api()?).await?;
    let token_file = folder.file("token");
    let revocations = Revocations::follow(options.api_port, &token_file, &installation.certificates).await?;
    start(plan.broker(revocations.lists())?).await?;
    start(plan.service_ingest()?).await?;
    start(plan.service_webapp()?).await?;
    if !options.no_simulator {
        start(plan.service_simulator()?).await?;
    }
    Ok(revocations)
}

async fn create_database(server: &str) -> anyhow::Result<()> {
    use sqlx::{Connection as _, PgConnection};
    let mut connection = PgConnection::connect(server).await.context("PostgreSQL does not let us in")?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut connection)
        .await?;
    if !exists {
        sqlx::query("create database argosy").execute(&mut connection).await?;
    }
    Ok(())
}

fn welcome(folder: &Folder, options: &UpOptions, seconds: f64) -> String {
    let path = |name: &str| folder.file(name).display().to_string();
    format!(
        "
Argosy is up after {seconds:.1} s.

  Pages     https://localhost:{}    sign in as admin@localhost with the password in {}
  API       https://localhost:{}    scripts/api devices
  MQTT      localhost:{} (TLS)

  The certificates are signed by {}: let your browser trust it, or accept its warning.
  Connect a device of your own: docs/connect-a-device.md
",
        options.webapp_port,
        path("password"),
        options.api_port,
        options.mqtt_port,
        path("ca.pem"),
    )
}
