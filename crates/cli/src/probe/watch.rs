//! Asks again and again, as people do while a version is rolled out, and counts what fails.

use std::time::Duration;

use anyhow::bail;
use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use super::{ProbeOptions, http};

/// How often something is asked.
const PAUSE: Duration = Duration::from_millis(100);
/// How often it says how it stands.
const REPORT: Duration = Duration::from_secs(5);
/// What a person would wait for.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Default, serde::Serialize)]
struct Count {
    requests: u64,
    failed: u64,
    slowest_ms: u128,
}

/// Asks for so many seconds, or until SIGTERM; fails where a request did.
pub(super) async fn watch(options: &ProbeOptions, seconds: u64) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut ticks, mut reports) = (interval(PAUSE), interval(REPORT));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Without a pool each request has a connection of its own, which is what meets a replica that goes away.
    let http = http(options)?.pool_max_idle_per_host(0).timeout(PATIENCE).build()?;
    let token = options.api_url.is_some().then(|| options.token()).transpose()?;
    let mut count = Count::default();
    loop {
        tokio::select! {
            _ = ticks.tick() => ask(&http, options, token.as_ref(), &mut count).await,
            _ = reports.tick() => println!("{}", serde_json::to_string(&count)?),
            _ = terminate.recv() => break,
            () = sleep_until(end) => break,
        }
    }
    println!("{}", serde_json::to_string(&count)?);
    if count.failed > 0 {
        bail!("{} of {} requests failed", count.failed, count.requests);
    }
    Ok(())
}

async fn ask(http: &Client, options: &ProbeOptions, token: Option<&SecretString>, count: &mut Count) {
    let devices = format!("/api/v1/devices?limit=1&fleet={}", options.fleet);
    let addresses = [
        (options.api_url.as_ref().and_then(|url| url.join(&devices).ok()), token),
        (options.webapp_url.as_ref().and_then(|url| url.join("/sign-in").ok()), None),
    ];
    for (url, token) in addresses.into_iter().filter_map(|(url, token)| Some((url?, token))) {
        let start = Instant::now();
        let request = async {
            let mut request = http.get(url.clone());
            if let Some(token) = token {
                request = request.bearer_auth(token.expose_secret());
            }
            anyhow::Ok(request.send().await?.error_for_status()?.bytes().await?)
        };
        let result = request.await;
        count.requests += 1;
        count.slowest_ms = count.slowest_ms.max(start.elapsed().as_millis());
        if let Err(error) = result {
            count.failed += 1;
            eprintln!("{url}: {error:#}");
        }
    }
}
