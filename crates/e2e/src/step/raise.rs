//! From a commit to an API that answers, with a fleet of the test's own in it.

use std::path::Path;

use argosy_client::Client;
use argosy_wire::{FleetName, api::fleet::CreateFleetRequest};
use secrecy::SecretString;

use crate::{
    NAMESPACE, application, forward::Forward, images::Images, kubectl::kubectl, pods, reconciler,
    repository::Repository, storage,
};

/// What is raised, and where.
pub(crate) struct Setting<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) images: &'a Images,
    /// Where the cluster reads the repository.
    pub(crate) git: &'a str,
    /// What installs the reconciler where it is missing.
    pub(crate) manifest: Option<&'a Path>,
    /// The node that has the volumes, where the cluster makes none by itself and has several nodes.
    pub(crate) node: Option<&'a str>,
}

/// A client of the API within the fleet, for as long as the forwarding is kept.
pub(crate) struct Raised {
    pub(crate) client: Client,
    _api: Forward,
}

/// The environment becomes what Git says, and the test's fleet is made.
pub(crate) async fn raise(setting: &Setting<'_>) -> anyhow::Result<Raised> {
    let commit = setting.repository.set_images(&setting.images.registry, &setting.images.digests).await?;
    storage::prepare(setting.node).await?;
    reconciler::install(setting.git, setting.manifest).await?;
    application::becomes(&commit).await?;

    let api = Forward::to("api", 443).await?;
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
    pods::open_the_door().await?;
    Ok(Raised { client: client.with_fleet(Some(fleet)), _api: api })
}

/// A value of a Secret of the environment.
pub(crate) async fn secret(name: &str, key: &str) -> anyhow::Result<String> {
    let template = format!("go-template={{{{ index .data \"{key}\" | base64decode }}}}");
    kubectl(&["get", "secret", "--namespace", NAMESPACE, name, "--output", &template]).await
}
