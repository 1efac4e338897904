//! The Prometheus recorder of the process.

use std::{sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// How often old samples are folded away.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Buckets of everything measured in seconds.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Buckets of everything measured in milliseconds.
const MILLISECONDS: [f64; 14] =
    [1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1e3, 2.5e3, 5e3, 10e3, 30e3];
/// Buckets of everything counted in messages.
const MESSAGES: [f64; 12] = [1.0, 5.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1e3, 2e3, 5e3, 10e3, 20e3];

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Makes the process record metrics, once; services that share a process share them. Needs a Tokio runtime.
pub fn install() {
    HANDLE.get_or_init(|| match recorder() {
        Ok(handle) => {
            let upkeep = handle.clone();
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(UPKEEP_INTERVAL).await;
                    upkeep.run_upkeep();
                }
            });
            Some(handle)
        }
        Err(error) => {
            tracing::error!(%error, "Metrics cannot be recorded.");
            None
        }
    });
}

fn recorder() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_milliseconds".into()), &MILLISECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_messages".into()), &MESSAGES)?
        .install_recorder()
}

/// All metrics in Prometheus's text format; empty before [`install`].
pub fn render() -> String {
    HANDLE.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default()
}
