//! `argosy probe`: uses an installation as its people do, and says whether it works.

mod device;
mod watch;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, bail};
use argosy_backends::random_secret;
use argosy_client::Client;
use argosy_runtime::config::secret_from;
use argosy_wire::{
    DeviceName, FleetName,
    api::{credential::IssueCredentialRequest, device::CreateDeviceRequest},
    topic::telemetry_topic,
};
use bytes::Bytes;
use secrecy::SecretString;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

/// Options of `argosy probe`.
#[derive(Debug, Clone, clap::Args)]
pub struct ProbeOptions {
    /// Address of the API: a reading is stored there and read back
    #[arg(long, env = "ARGOSY_API_URL")]
    pub api_url: Option<Url>,
    /// PEM file of the authorities that may have signed the certificates; the system's where it is not set
    #[arg(long, env = "ARGOSY_API_CA")]
    pub api_ca: Option<PathBuf>,
    /// Token with the scopes `read`, `write` and `ingest`
    #[arg(long, env = "ARGOSY_API_TOKEN", hide_env_values = true)]
    pub api_token: Option<SecretString>,
    /// File of the token
    #[arg(long = "token-file", env = "ARGOSY_API_TOKEN_FILE")]
    pub api_token_file: Option<PathBuf>,
    /// Fleet that gets a device for as long as this takes
    #[arg(long, env = "ARGOSY_FLEET", default_value = "demo")]
    pub fleet: FleetName,
    /// Device that the reading is of, which stays; without it one that is deleted again
    #[arg(long)]
    pub device: Option<DeviceName>,
    /// Address of the broker: the reading is published there, as a device does, with a certificate of its own
    #[arg(long, env = "ARGOSY_MQTT_URL")]
    pub mqtt_url: Option<Url>,
    /// PEM file of the authorities that may have signed the broker's certificate; the system's where it is not set
    #[arg(long, env = "ARGOSY_MQTT_CA")]
    pub mqtt_ca: Option<PathBuf>,
    /// Address of the pages: the page to sign in is read there
    #[arg(long, env = "ARGOSY_WEBAPP_URL")]
    pub webapp_url: Option<Url>,
    /// Seconds until it has to work
    #[arg(long, default_value_t = 60)]
    pub within: u64,
    /// Ask the API and the pages again and again for so many seconds, and fail where a single request does: for a rollout
    #[arg(long, value_name = "SECONDS")]
    pub watch: Option<u64>,
}

impl ProbeOptions {
    fn token(&self) -> anyhow::Result<SecretString> {
        Ok(secret_from(self.api_token.clone(), self.api_token_file.clone(), "ARGOSY_API_TOKEN")?)
    }
}

/// Fails where something does not work.
pub(crate) async fn run(options: ProbeOptions) -> anyhow::Result<()> {
    if options.api_url.is_none() && options.webapp_url.is_none() {
        bail!("nothing to probe: give --api-url or --webapp-url");
    }
    if let Some(seconds) = options.watch {
        return watch::watch(&options, seconds).await;
    }
    let end = Instant::now() + Duration::from_secs(options.within);
    if let Some(url) = &options.webapp_url {
        until(end, async || read_page(url, &options).await).await.context("the pages do not work")?;
        println!("pages: {url} shows the page to sign in");
    }
    if let Some(url) = &options.api_url {
        let client = client(url, &options)?;
        let name = match &options.device {
            Some(name) => name.clone(),
            None => format!("probe-{}", random_secret()[..8].to_lowercase()).parse()?,
        };
        until(end, async || register(&client, &name).await)
            .await
            .context("the device cannot be registered")?;
        let result = store_and_read(&client, &options, &name, end).await;
        if options.device.is_none() {
            client.delete_device(&name).await.context("the probe's device cannot be deleted")?;
        }
        println!("{}", result?);
    }
    Ok(())
}

async fn register(client: &Client, name: &DeviceName) -> anyhow::Result<()> {
    let request = CreateDeviceRequest { name: name.clone(), labels: [].into(), enabled: None };
    match client.create_device(&request).await {
        // It is there already.
        Err(error) if error.status() == Some(409) => Ok(()),
        other => Ok(other.map(drop)?),
    }
}

fn client(url: &Url, options: &ProbeOptions) -> anyhow::Result<Client> {
    let client =
        Client::builder(url.clone()).ca_file(options.api_ca.clone()).bearer(options.token()?).build()?;
    Ok(client.with_fleet(Some(options.fleet.clone())))
}

/// Asks again until it works or the time is over.
async fn until<T>(end: Instant, mut ask: impl AsyncFnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    loop {
        match timeout_at(end, ask()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) if Instant::now() + PAUSE > end => return Err(error),
            Ok(Err(_)) => sleep(PAUSE).await,
            Err(_) => bail!("there was no answer in time"),
        }
    }
}

const PAUSE: Duration = Duration::from_millis(500);

/// What a client that believes these authorities is made of.
fn http(options: &ProbeOptions) -> anyhow::Result<reqwest::ClientBuilder> {
    argosy_runtime::crypto::install();
    let mut http = reqwest::Client::builder();
    if let Some(file) = &options.api_ca {
        let pem = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        http = http.tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem)?);
    }
    Ok(http)
}

async fn read_page(url: &Url, options: &ProbeOptions) -> anyhow::Result<()> {
    let page = http(options)?
        .timeout(Duration::from_secs(10))
        .build()?
        .get(url.join("/sign-in")?)
        .send()
        .await?
        .error_for_status()?
        .text()
        .await?;
    if !page.contains("Argosy") {
        bail!("{url} answers, but not with a page of Argosy");
    }
    Ok(())
}

/// Stores a reading by the API or through the broker, and reads it back.
async fn store_and_read(
    client: &Client,
    options: &ProbeOptions,
    device: &DeviceName,
    end: Instant,
) -> anyhow::Result<String> {
    let value = i64::from(std::process::id());
    let way = if let Some(url) = &options.mqtt_url {
        let issued = until(end, async || {
            Ok(client.issue_credential(device, &IssueCredentialRequest::default()).await?)
        })
        .await
        .context("the device gets no certificate")?;
        let broker = device::Broker { url, ca: options.mqtt_ca.as_deref(), fleet: &options.fleet };
        // A broker learns of a new fleet's authority within seconds.
        until(end, async || broker.publish(device, &issued, &json!({"probe": value})).await)
            .await
            .context("the broker does not take a message")?;
        "through the broker"
    } else {
        let line = json!({"topic": telemetry_topic(&options.fleet, device), "payload": {"probe": value}});
        let line = Bytes::from(format!("{line}\n"));
        until(end, async || Ok(client.ingest(line.clone()).await?)).await.context("a batch is not stored")?;
        "by the API"
    };
    until(end, async || {
        let latest = client.read_latest(device).await?;
        match latest.values.get("probe") {
            Some(read) if read.value == json!(value) => Ok(()),
            _ => bail!("the reading was taken, but is not to be read"),
        }
    })
    .await?;
    Ok(format!("readings: one was stored {way} and read back"))
}
