//! Registers devices and keeps their certificates, so that a second start asks the API for next to nothing.

use std::{
    fs::{DirBuilder, File},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use argosy_client::Client;
use argosy_runtime::tls::{TlsFiles, client_config_with_identity};
use argosy_wire::{
    DeviceName,
    api::{credential::IssueCredentialRequest, device::CreateDeviceRequest},
};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::ProgressBar;
use rustls::ClientConfig;

use crate::{options::RunOptions, patience::patiently};

/// Certificates asked for at once.
const CONCURRENCY: usize = 8;

/// The TLS configuration of each device, in their order.
pub(crate) async fn enrol(options: &RunOptions, names: &[DeviceName]) -> anyhow::Result<Vec<ClientConfig>> {
    let folder = options.state.join(options.api.fleet.as_str());
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    let client = options.api.client()?;
    forget_another_installation(&client, &folder).await?;
    let missing: Vec<DeviceName> =
        names.iter().filter(|name| !file(&folder, name).exists()).cloned().collect();
    if !missing.is_empty() {
        register(&client, &missing).await?;
        let progress = ProgressBar::new(missing.len() as u64).with_message("certificates");
        stream::iter(missing)
            .map(|name| issue(&client, &folder, name))
            .buffer_unordered(CONCURRENCY)
            .inspect(|_| progress.inc(1))
            .try_collect::<()>()
            .await?;
        progress.finish_and_clear();
    }
    names
        .iter()
        .map(|name| {
            let file = file(&folder, name);
            let identity = TlsFiles { certificate: file.clone(), key: file };
            client_config_with_identity(options.mqtt_ca.as_deref(), &identity)
        })
        .collect()
}

/// Certificates of another installation are of no use here: they are those that another authority signed.
async fn forget_another_installation(client: &Client, folder: &Path) -> anyhow::Result<()> {
    let authority =
        patiently(|| client.read_device_ca()).await.context("the API does not say who signs devices")?;
    let known = folder.join("authority");
    if std::fs::read_to_string(&known).ok().as_deref() != Some(authority.as_str()) {
        for entry in std::fs::read_dir(folder)? {
            std::fs::remove_file(entry?.path())?;
        }
        std::fs::write(known, authority)?;
    }
    Ok(())
}

async fn register(client: &Client, names: &[DeviceName]) -> anyhow::Result<()> {
    for chunk in names.chunks(1_000) {
        let mut lines = Vec::new();
        for name in chunk {
            let site = ["north", "south", "east", "west"]
                [usize::from(name.as_str().bytes().last().unwrap_or(0)) % 4];
            let labels =
                [("site".to_owned(), site.to_owned()), ("source".to_owned(), "simulator".to_owned())];
            let device = CreateDeviceRequest { name: name.clone(), labels: labels.into(), enabled: None };
            serde_json::to_writer(&mut lines, &device)?;
            lines.push(b'\n');
        }
        let lines = Bytes::from(lines);
        patiently(|| client.import_devices(lines.clone()))
            .await
            .context("the devices cannot be registered")?;
    }
    Ok(())
}

async fn issue(client: &Client, folder: &Path, name: DeviceName) -> anyhow::Result<()> {
    let request = IssueCredentialRequest::default();
    let issued = patiently(|| client.issue_credential(&name, &request))
        .await
        .with_context(|| format!("{name} gets no certificate"))?;
    let path = file(folder, &name);
    let new = path.with_extension("new");
    let mut created = File::options().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
    created.write_all(issued.certificate_pem.as_bytes())?;
    created.write_all(issued.private_key_pem.unwrap_or_default().as_bytes())?;
    std::fs::rename(new, path)?;
    Ok(())
}

/// Certificate and key of a device.
fn file(folder: &Path, name: &DeviceName) -> PathBuf {
    folder.join(format!("{name}.pem"))
}
