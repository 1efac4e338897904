//! `argosy broker-trust`: beside a broker, keeps up to date whom it trusts: the devices' authority, and what that has revoked.
//!
//! Mosquitto reads revocation lists again on SIGHUP, but authorities only when it starts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use argosy_client::{Client, RevocationLists};
use argosy_runtime::config::ApiClientConfig;
use argosy_stack::Authority;
use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{SignalKind, signal};

use crate::revocations;

/// File of the devices' authority.
const AUTHORITY: &str = "devices.pem";
/// File of the revocation lists.
const REVOKED: &str = "revoked.pem";

/// Options of `argosy broker-trust`.
#[derive(Debug, Clone, clap::Args)]
pub struct BrokerTrustOptions {
    /// The API.
    #[command(flatten)]
    pub api: ApiClientConfig,
    /// File of a token with the scope `read`
    #[arg(long, env = "ARGOSY_API_TOKEN_FILE")]
    pub token_file: PathBuf,
    /// Folder of the broker's files devices.pem and revoked.pem
    #[arg(long = "into")]
    pub into: PathBuf,
    /// Only make the files that are missing, so that a broker starts without the API; it trusts no device then
    #[arg(long)]
    pub prepare: bool,
    /// Name of the broker's process, which must belong to the same user
    #[arg(long, default_value = "mosquitto")]
    pub process: String,
}

/// Runs until SIGTERM.
pub(crate) async fn run(options: BrokerTrustOptions) -> anyhow::Result<()> {
    prepare(&options.into)?;
    if options.prepare {
        return Ok(());
    }
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        result = follow(&options) => result,
    }
}

/// Makes the files of an authority that nobody has the key of.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    if !folder.join(AUTHORITY).exists() || !folder.join(REVOKED).exists() {
        let nobody = Authority::generate("No device yet")?;
        replace(folder, AUTHORITY, nobody.certificate_pem())?;
        replace(folder, REVOKED, &nobody.no_revocations(time::Duration::days(3650))?)?;
    }
    Ok(())
}

async fn follow(options: &BrokerTrustOptions) -> anyhow::Result<()> {
    let client =
        revocations::client(options.api.api_url.clone(), options.api.api_ca.clone(), &options.token_file)?;
    let mut etag = None;
    let mut said = None;
    loop {
        match update(&client, options, &mut etag).await {
            Ok(()) => said = None,
            // An API that is away is asked again; the broker keeps what it has.
            Err(error) => {
                let error = format!("{error:#}");
                if said.as_ref() != Some(&error) {
                    eprintln!("The broker's trust stays as it is: {error}");
                    said = Some(error);
                }
            }
        }
        tokio::time::sleep(revocations::INTERVAL).await;
    }
}

/// Asks the API once, and tells the broker what has changed.
async fn update(
    client: &Client,
    options: &BrokerTrustOptions,
    etag: &mut Option<String>,
) -> anyhow::Result<()> {
    let Some(RevocationLists { pem, etag: new }) = client.read_changed_device_crl(etag.as_deref()).await?
    else {
        return Ok(());
    };
    let authority = client.read_device_ca().await?;
    let lists_changed = replace(&options.into, REVOKED, &pem)?;
    if replace(&options.into, AUTHORITY, &authority)? {
        eprintln!("The devices' authority is another one: {} starts again.", options.process);
        tell(&options.process, Signal::TERM)?;
    } else if lists_changed {
        eprintln!("The revocation lists have changed: {} reads them.", options.process);
        tell(&options.process, Signal::HUP)?;
    }
    *etag = new;
    Ok(())
}

/// Writes a file in one step; says whether it is another one now.
fn replace(folder: &Path, name: &str, text: &str) -> anyhow::Result<bool> {
    let path = folder.join(name);
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    let new = path.with_extension("new");
    fs::write(&new, text)
        .and_then(|()| fs::rename(&new, &path))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// Signals every process of this name that this one sees, as the containers of a pod do that share their processes.
fn tell(name: &str, signal: Signal) -> anyhow::Result<()> {
    for entry in fs::read_dir("/proc").context("the list of processes cannot be read")? {
        let entry = entry?;
        let Some(pid) = entry.file_name().to_str().and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw)
        else {
            continue;
        };
        if fs::read_to_string(entry.path().join("comm")).is_ok_and(|comm| comm.trim() == name) {
            kill_process(pid, signal).with_context(|| format!("cannot signal {name}"))?;
        }
    }
    Ok(())
}
