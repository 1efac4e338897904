//! docs/examples/device.py, the reference client: one more device, which goes through everything that happens to the stack, the
//! killed broker too, and may lose nothing.

use std::{ffi::OsString, path::Path, path::PathBuf, time::Duration};

use anyhow::{Context as _, ensure};
use argosy_backends::process::{Launch, Process, StopSignal};
use argosy_client::Client;
use argosy_wire::{
    DeviceName,
    api::{credential::IssueCredentialRequest, device::CreateDeviceRequest},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

use crate::{
    verdict::{Devices, Verdict},
    world::World,
};

/// Its name, which no device of the simulators has.
pub(crate) const NAME: &str = "reference";
/// Its fleet.
const FLEET: &str = "demo";
/// Messages a second.
const RATE: u32 = 5;
/// More than any run has.
const COUNT: u32 = 1_000_000;
/// Seconds until it sends a message again that has no receipt: receipts come within two where all is well.
const PATIENCE: u32 = 10;
/// Seconds that the last receipts may take.
const GRACE: u32 = 60;
/// How long it may take to connect for the first time, and to install its library before that.
const START: Duration = Duration::from_secs(120);

/// The client, running.
#[derive(Debug)]
pub(crate) struct Reference {
    process: Process,
    ledger: PathBuf,
    log: PathBuf,
}

/// What became of its messages.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    /// What it says itself.
    #[serde(flatten)]
    pub(crate) said: Said,
    /// Rows in the database.
    pub(crate) stored: i64,
    /// Of messages with a receipt, those that are not stored.
    pub(crate) missing: i64,
    /// Rows beyond the first of their message.
    pub(crate) doubled: i64,
}

/// The line that it ends with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Said {
    /// Messages it made.
    pub(crate) made: i64,
    /// Of them, with a receipt.
    pub(crate) receipted: i64,
    /// Of them, refused.
    pub(crate) refused: i64,
    /// Of them, given up since it could keep no more.
    pub(crate) dropped: i64,
    /// Of them, still without a receipt.
    pub(crate) without_receipt: i64,
    /// How often it sent one.
    pub(crate) sent: i64,
    /// Connections it had.
    pub(crate) connections: i64,
}

impl Outcome {
    /// Whether each message that it made is stored once, and it knows that.
    pub(crate) fn is_good(&self) -> bool {
        let Said { made, receipted, .. } = self.said;
        made > 0 && receipted == made && self.stored == made && self.missing == 0 && self.doubled == 0
    }
}

impl Reference {
    /// Registers the device, starts the client, and waits until it has its first receipt.
    pub(crate) async fn start(world: &World) -> anyhow::Result<Self> {
        let files = world.files();
        let identity = register(world).await.context("the reference client cannot be registered")?;
        let (ledger, log) = (files.file(&format!("{NAME}.ledger")), files.log(NAME));
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let text = |value: String| OsString::from(value);
        let process = Process::start(Launch {
            name: NAME.into(),
            program: &repository.join("scripts/tool"),
            arguments: vec![
                "device-python".into(),
                repository.join("docs/examples/device.py").into(),
                "--broker".into(),
                text(format!("127.0.0.1:{}", world.fleet_proxy.port())),
                "--device".into(),
                text(format!("{FLEET}/{NAME}")),
                "--ca".into(),
                world.installation.certificates.ca_file.clone().into(),
                "--certificate".into(),
                identity.clone().into(),
                "--key".into(),
                identity.into(),
                "--ledger".into(),
                ledger.clone().into(),
                text(format!("--count={COUNT}")),
                text(format!("--rate={RATE}")),
                text(format!("--patience={PATIENCE}")),
                text(format!("--grace={GRACE}")),
            ],
            environment: Vec::new(),
            user: None,
            stop: StopSignal::Terminate,
            log: &log,
        })?;
        world.roster.set(NAME, Some(process.id()));
        let mut reference = Self { process, ledger, log };
        timeout(START, reference.first_receipt()).await.context("the reference client gets no receipt")??;
        Ok(reference)
    }

    async fn first_receipt(&mut self) -> anyhow::Result<()> {
        while std::fs::metadata(&self.ledger).map_or(0, |ledger| ledger.len()) == 0 {
            ensure!(self.runs(), "the reference client has ended: {}", self.log.display());
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.process.exited().is_none()
    }

    /// Lets it bring home what it has, and asks the database what became of it.
    pub(crate) async fn finish(mut self, world: &World) -> anyhow::Result<Outcome> {
        self.process.stop(Duration::from_secs(u64::from(GRACE) + 15)).await?;
        let log = std::fs::read_to_string(&self.log)?;
        let line = log.lines().rev().find(|line| line.starts_with('{'));
        let said = serde_json::from_str(line.context("the reference client says nothing")?)?;
        let mut session = world.session().await?;
        let verdict = Verdict::reach(&mut session, &[&self.ledger], Devices::Only(NAME)).await?;
        Ok(Outcome { said, stored: verdict.stored, missing: verdict.missing, doubled: verdict.doubled })
    }
}

/// Makes the device; the file of its certificate and key.
async fn register(world: &World) -> anyhow::Result<PathBuf> {
    let token = std::fs::read_to_string(world.files().file("token"))?;
    let client = Client::builder(world.api_url().parse()?)
        .ca_file(Some(world.installation.certificates.ca_file.clone()))
        .bearer(SecretString::from(token.trim().to_owned()))
        .build()?
        .with_fleet(Some(FLEET.parse()?));
    let name: DeviceName = NAME.parse()?;
    let device =
        CreateDeviceRequest { name: name.clone(), labels: std::collections::BTreeMap::new(), enabled: None };
    client.create_device(&device).await?;
    let issued = client.issue_credential(&name, &IssueCredentialRequest::default()).await?;
    let identity = issued.certificate_pem + &issued.private_key_pem.unwrap_or_default();
    world.files().write_secret(&format!("secrets/{NAME}.pem"), &identity)
}
