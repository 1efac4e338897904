//! Nothing is left.

use anyhow::ensure;

use crate::{kubectl::list, pods, reconciler, storage};

/// Removes the root, and waits until everything that came from it is gone.
pub(crate) async fn teardown() -> anyhow::Result<()> {
    pods::remove_all().await?;
    reconciler::remove().await?;
    storage::remove().await?;
    let all =
        ["clusterrole,clusterrolebinding,persistentvolume", "--selector", "app.kubernetes.io/part-of=argosy"];
    let left = list(&all).await?;
    ensure!(left.is_empty(), "{} objects of the cluster are left: {left:?}", left.len());
    Ok(())
}
