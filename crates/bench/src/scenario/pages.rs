//! Pages of the webapp a second.

use std::time::Duration;

use anyhow::Context as _;
use argosy_wire::api::session::CreateSessionRequest;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{child::Client, stack::Stack, usage};

/// Somebody's connections.
const CONNECTIONS: u32 = 8;
/// Whom `argosy-api bootstrap` creates.
const ADMIN: &str = "admin@localhost";

/// A page, and how fast it comes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) page: String,
    /// Pages a second.
    pub(crate) rate: f64,
    /// Bytes of one, as they are sent.
    pub(crate) bytes: u64,
    /// Cores that each process used.
    pub(crate) webapp_cores: f64,
    pub(crate) api_cores: f64,
    pub(crate) postgres_cores: f64,
}

/// Loads each page for `time`.
pub(crate) async fn measure(stack: &mut Stack, time: Duration) -> anyhow::Result<Vec<Loaded>> {
    let port = argosy_stack::lasting_port()?;
    let mut webapp = stack.installation.webapp("webapp", port, &stack.api_url)?;
    webapp.start().await?;
    let files = &stack.installation.files;
    let password = std::fs::read_to_string(files.file("password")).context("there is no password")?;
    let request = CreateSessionRequest { email: ADMIN.into(), password: password.trim().into() };
    let session = stack.client.create_session(&request).await?;
    let cookies =
        files.write_secret("secrets/cookies", &format!("__Host-argosy_session={}", session.secret))?;
    let mut loaded = Vec::new();
    for (page, path) in
        [("overview", ""), ("devices", "devices"), ("a device, an hour", "devices/busy-00001?range=1h")]
    {
        let browser = Client::start([
            "browse".into(),
            format!("--page=https://localhost:{port}/{path}"),
            format!("--ca={}", stack.installation.certificates.ca_file.display()),
            format!("--cookies={}", cookies.display()),
            format!("--connections={CONNECTIONS}"),
        ])?;
        sleep(Duration::from_secs(1)).await;
        let processes = [
            usage::id(webapp.process()),
            usage::id(stack.api.process()),
            usage::id(stack.postgres.process()),
        ];
        let (start, pages, bytes) = (Instant::now(), browser.told(0), browser.told(1));
        let before = processes.map(usage::cpu);
        sleep(time).await;
        let seconds = start.elapsed().as_secs_f64();
        let pages = browser.told(0) - pages;
        let mut cores = processes
            .into_iter()
            .zip(before)
            .map(|(process, before)| usage::cpu(process).saturating_sub(before).as_secs_f64() / seconds);
        let mut next = || cores.next().unwrap_or_default();
        loaded.push(Loaded {
            page: page.into(),
            rate: pages as f64 / seconds,
            bytes: (browser.told(1) - bytes) / pages.max(1),
            webapp_cores: next(),
            api_cores: next(),
            postgres_cores: next(),
        });
    }
    webapp.stop().await?;
    Ok(loaded)
}
