//! Logs on stderr, and traces where a collector is configured.

use std::{io::IsTerminal as _, time::Duration};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing_subscriber::{EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::{ConfigError, LogConfig, LogFormat};

/// How long the last spans have to reach the collector.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);

/// The process's telemetry; [`Telemetry::stop`] flushes it.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts logging, and tracing where an endpoint is configured. A second call in one process fails.
    pub fn start(service: &'static str, config: &LogConfig) -> anyhow::Result<Self> {
        let filter = EnvFilter::try_new(&config.log).map_err(|error| ConfigError::Invalid {
            name: "ARGOSY_LOG",
            problem: format!("{error}; try: info, or info,sqlx=warn"),
        })?;
        let json = match config.log_format {
            LogFormat::Auto => !std::io::stderr().is_terminal(),
            LogFormat::Text => false,
            LogFormat::Json => true,
        };
        let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let log = if json {
            layer.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
        } else {
            layer.with_target(false).with_ansi(std::env::var_os("NO_COLOR").is_none()).boxed()
        };
        let traces =
            config.otlp_endpoint.as_ref().map(|endpoint| provider(service, endpoint.as_str())).transpose()?;
        let spans =
            traces.as_ref().map(|traces| tracing_opentelemetry::layer().with_tracer(traces.tracer(service)));
        tracing_subscriber::registry().with(filter).with(log).with(spans).try_init()?;
        Ok(Self { traces })
    }

    /// Sends what is left. Waits for a few seconds at the most: a dead collector holds nobody up.
    pub fn stop(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown_with_timeout(FLUSH_TIMEOUT)
        {
            eprintln!("The last traces could not be sent: {error}");
        }
    }
}

fn provider(service: &'static str, endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(endpoint).build()?;
    let resource = Resource::builder().with_service_name(format!("argosy-{service}")).build();
    Ok(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
}
