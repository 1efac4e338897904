//! From a commit to the page.

use anyhow::ensure;
use argosy_client::Client;
use argosy_wire::{FleetName, api::fleet::CreateFleetRequest};
use secrecy::SecretString;

use crate::{
    NAMESPACE, Run, application, browser, forward::Forward, kubectl::kubectl, pods, reconciler, storage,
};

/// The environment becomes what Git says; a device's reading comes back, and is seen.
pub(crate) async fn reach(run: &mut Run) -> anyhow::Result<()> {
    let commit = run.repository.set_images(&run.images.registry, &run.images.digests).await?;
    storage::prepare().await?;
    reconciler::install(&run.arguments.git, run.arguments.manifest.as_deref()).await?;
    application::becomes(&commit).await?;

    let api = Forward::to("api", 443).await?;
    let webapp = Forward::to("webapp", 443).await?;
    let folder = tempfile::tempdir()?;
    let ca = folder.path().join("ca.crt");
    std::fs::write(&ca, secret("api-tls", "ca.crt").await?)?;
    let client = Client::builder(format!("https://localhost:{}", api.port).parse()?)
        .ca_file(Some(ca))
        .bearer(SecretString::from(secret("api-bootstrap", "admin-token").await?))
        .build()?;
    let fleet: FleetName = pods::FLEET.parse()?;
    let request = CreateFleetRequest {
        name: fleet.clone(),
        auto_register: false,
        retention_days: None,
        offline_after_seconds: None,
    };
    client.create_fleet(&request).await?;
    let client = client.with_fleet(Some(fleet));

    pods::open_the_door().await?;
    let probed = pods::probe(&run.images.reference("argosy")?).await?;
    ensure!(probed.contains("through the broker"), "the probe says: {probed}");
    let latest = client.read_latest(&pods::DEVICE.parse()?).await?;
    ensure!(latest.values.contains_key("probe"), "the API has only {latest:?}");
    let password = secret("api-bootstrap", "admin-password").await?;
    browser::sees_a_reading(&format!("https://localhost:{}", webapp.port), &password).await
}

async fn secret(name: &str, key: &str) -> anyhow::Result<String> {
    let template = format!("go-template={{{{ index .data \"{key}\" | base64decode }}}}");
    kubectl(&["get", "secret", "--namespace", NAMESPACE, name, "--output", &template]).await
}
