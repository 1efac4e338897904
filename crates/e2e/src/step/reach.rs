//! From a commit to the page.

use anyhow::ensure;

use super::raise::{Setting, raise, secret};
use crate::{Run, browser, forward::Forward, pods};

/// The environment becomes what Git says; a device's reading comes back, and is seen.
pub(crate) async fn reach(run: &mut Run) -> anyhow::Result<()> {
    let raised = raise(&Setting {
        repository: &run.repository,
        images: &run.images,
        git: &run.arguments.git,
        manifest: run.arguments.manifest.as_deref(),
        node: None,
    })
    .await?;
    let webapp = Forward::to("webapp", 443).await?;
    let probed = pods::probe(&run.images.reference("argosy")?).await?;
    ensure!(probed.contains("through the broker"), "the probe says: {probed}");
    let latest = raised.client.read_latest(&pods::DEVICE.parse()?).await?;
    ensure!(latest.values.contains_key("probe"), "the API has only {latest:?}");
    let password = secret("api-bootstrap", "admin-password").await?;
    browser::sees_a_reading(&format!("https://localhost:{}", webapp.port), &password).await
}
