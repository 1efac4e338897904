//! ChromeDriver and the browser that it drives; both end with this process.

use std::process::Stdio;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::DEADLINE;

/// ChromeDriver's address is in this sentence of its.
const READY: &str = "was started successfully on port ";

/// A browser with one page.
pub(crate) struct Driver {
    pub(crate) web: WebDriver,
    _keeper: Child,
    /// Closed when this process ends, whereupon the keeper ends the browser.
    _until: ChildStdin,
    _words: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// Starts ChromeDriver on a free port, and the browser.
    pub(super) async fn start() -> Self {
        argosy_runtime::crypto::install();
        let folder = TempDir::new().unwrap().keep();
        let mut keeper = Command::new("sh")
            .args(["-c", include_str!("keeper.sh"), "keeper"])
            .arg(folder)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/browser/fonts.conf"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut words = BufReader::new(keeper.stdout.take().unwrap()).lines();
        let port = tokio::time::timeout(DEADLINE, port(&mut words));
        let port =
            port.await.expect("ChromeDriver did not start: `scripts/install-deps --tests` installs it");
        let web = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities()).await.unwrap();
        web.set_script_timeout(DEADLINE).await.unwrap();
        Self { web, _until: keeper.stdin.take().unwrap(), _keeper: keeper, _words: words }
    }
}

async fn port(words: &mut Lines<BufReader<ChildStdout>>) -> String {
    loop {
        let line = words.next_line().await.unwrap().expect("ChromeDriver ended");
        if let Some((_, port)) = line.split_once(READY) {
            return port.trim_end_matches('.').to_owned();
        }
    }
}

fn capabilities() -> Capabilities {
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
    capabilities.set("browserName", "chrome").unwrap();
    capabilities.set("goog:loggingPrefs", json!({"browser": "ALL", "performance": "ALL"})).unwrap();
    capabilities.set("goog:chromeOptions", options).unwrap();
    capabilities
}
