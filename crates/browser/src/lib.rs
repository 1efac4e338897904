#![doc = include_str!("../README.md")]

use std::{process::Stdio, time::Duration};

use anyhow::Context as _;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// How long the browser may take for anything.
const DEADLINE: Duration = Duration::from_secs(20);
/// ChromeDriver's address is in this sentence of its.
const READY: &str = "was started successfully on port ";

/// Which certificates the browser believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificates {
    /// As people's browsers do.
    Trusted,
    /// Those of an installation's own authority too, of which the browser knows nothing.
    Any,
}

/// A browser with one page.
pub struct Driver {
    /// The browser.
    pub web: WebDriver,
    _keeper: Child,
    /// Closed when this process ends, whereupon the keeper ends the browser.
    _until: ChildStdin,
    _words: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// Starts ChromeDriver on a free port, and the browser.
    pub async fn start(certificates: Certificates) -> anyhow::Result<Self> {
        argosy_runtime::crypto::install();
        let folder = TempDir::new()?.keep();
        let mut keeper = Command::new("sh")
            .args(["-c", include_str!("keeper.sh"), "keeper"])
            .arg(folder)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fonts.conf"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let mut words = BufReader::new(keeper.stdout.take().context("ChromeDriver is silent")?).lines();
        let port = tokio::time::timeout(DEADLINE, port(&mut words))
            .await
            .ok()
            .flatten()
            .context("ChromeDriver did not start: `scripts/install-deps --tests` installs it")?;
        let web = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities(certificates)?).await?;
        web.set_script_timeout(DEADLINE).await?;
        let until = keeper.stdin.take().context("ChromeDriver has no input")?;
        Ok(Self { web, _until: until, _keeper: keeper, _words: words })
    }
}

async fn port(words: &mut Lines<BufReader<ChildStdout>>) -> Option<String> {
    loop {
        let line = words.next_line().await.ok()??;
        if let Some((_, port)) = line.split_once(READY) {
            return Some(port.trim_end_matches('.').to_owned());
        }
    }
}

fn capabilities(certificates: Certificates) -> anyhow::Result<Capabilities> {
    let mut arguments = vec![
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-breakpad",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        "--lang=en-US",
        // Nothing but the pages is fetched.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ];
    if rustix::process::geteuid().is_root() {
        // Chromium's own sandbox refuses root.
        arguments.push("--no-sandbox");
    }
    let options =
        json!({"args": arguments, "perfLoggingPrefs": {"enableNetwork": true, "enablePage": false}});
    let mut capabilities = Capabilities::new();
    capabilities.set("browserName", "chrome")?;
    capabilities.set("acceptInsecureCerts", certificates == Certificates::Any)?;
    capabilities.set("goog:loggingPrefs", json!({"browser": "ALL", "performance": "ALL"}))?;
    capabilities.set("goog:chromeOptions", options)?;
    Ok(capabilities)
}
