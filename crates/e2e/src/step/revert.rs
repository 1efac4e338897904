//! The way back is a commit too.

use std::collections::BTreeMap;

use anyhow::ensure;

use crate::{
    Run,
    application::{self, Pod},
    kubectl::count,
    pods,
};

/// Another version of every service, and `git revert`: the old one runs again, with all readings.
pub(crate) async fn revert(run: &mut Run) -> anyhow::Result<()> {
    let before = application::pods("ingest").await?;
    let mut digests = BTreeMap::new();
    for service in ["api", "ingest", "webapp"] {
        digests.insert(service.to_owned(), run.images.variant(service, "e2e-next").await?);
    }
    let commit = run.repository.set_images(&run.images.registry, &digests).await?;
    application::becomes(&commit).await?;
    let stored = readings().await?;
    application::becomes(&run.repository.revert(&commit)?).await?;
    let after = application::pods("ingest").await?;
    let old = |pods: &[Pod]| pods.iter().map(|pod| pod.image.clone()).collect::<Vec<_>>();
    ensure!(old(&after) == old(&before), "ingest runs {after:?} instead of {before:?}");
    let now = readings().await?;
    ensure!(now >= stored, "{stored} readings became {now}");
    let verdict = pods::verify_load().await?;
    eprintln!("  {stored} readings, then {now}; the ledger: {verdict}");
    Ok(())
}

async fn readings() -> anyhow::Result<u64> {
    count("select count(*) from readings").await
}
