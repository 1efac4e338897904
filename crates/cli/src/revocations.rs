//! Brings the lists of revoked certificates from the API to the broker.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use argosy_client::{Client, RevocationLists};
use argosy_stack::Certificates;
use secrecy::SecretString;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

/// How often the API is asked: so long can a revoked certificate still connect.
pub(crate) const INTERVAL: Duration = Duration::from_secs(2);

/// Asks for as long as this exists.
#[derive(Debug)]
pub(crate) struct Revocations {
    lists: watch::Receiver<String>,
    _task: AbortOnDropHandle<()>,
}

impl Revocations {
    /// Reads the lists for the first time, and follows them.
    pub(crate) async fn follow(
        api_port: u16,
        token_file: &Path,
        certificates: &Certificates,
    ) -> anyhow::Result<Self> {
        let url = format!("https://localhost:{api_port}").parse()?;
        let client = client(url, Some(certificates.ca_file.clone()), token_file)?;
        let first =
            client.read_changed_device_crl(None).await.context("the API gives no revocation lists")?;
        let RevocationLists { pem, etag } = first.context("the API gives no revocation lists")?;
        let own = certificates.no_revocations.clone();
        let (sender, lists) = watch::channel(pem + &own);
        let task = tokio::spawn(repeat(client, etag, own, sender));
        Ok(Self { lists, _task: AbortOnDropHandle::new(task) })
    }

    /// The lists in PEM, now and whenever they change.
    pub(crate) fn lists(&self) -> watch::Receiver<String> {
        self.lists.clone()
    }
}

/// A client of the API by the token in a file.
pub(crate) fn client(url: Url, ca_file: Option<PathBuf>, token_file: &Path) -> anyhow::Result<Client> {
    let token = std::fs::read_to_string(token_file)
        .with_context(|| format!("cannot read the token in {}", token_file.display()))?;
    Ok(Client::builder(url).ca_file(ca_file).bearer(SecretString::from(token.trim())).build()?)
}

async fn repeat(client: Client, mut etag: Option<String>, own: String, sender: watch::Sender<String>) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        // An API that is away is asked again; the broker keeps the lists it has.
        if let Ok(Some(lists)) = client.read_changed_device_crl(etag.as_deref()).await {
            etag = lists.etag;
            sender.send_replace(lists.pem + &own);
        }
    }
}
