//! The way back is a commit too.

use std::collections::BTreeMap;

use anyhow::ensure;

use crate::{NAMESPACE, Run, application, kubectl::kubectl, pods};

/// Another version of every service, and `git revert`: the old one runs again, with all readings.
pub(crate) async fn revert(run: &mut Run) -> anyhow::Result<()> {
    let before = application::images("ingest").await?;
    let mut digests = BTreeMap::new();
    for service in ["api", "ingest", "webapp"] {
        digests.insert(service.to_owned(), run.images.variant(service, "e2e-next").await?);
    }
    run.repository.set_images(&run.images.registry, &digests)?;
    let commit = run.repository.commit("Roll everything")?;
    application::becomes(&commit).await?;
    let stored = readings().await?;
    application::becomes(&run.repository.revert(&commit)?).await?;
    let old = |images: &[String]| {
        images.iter().filter_map(|image| image.split(' ').nth(1).map(str::to_owned)).collect::<Vec<_>>()
    };
    let after = application::images("ingest").await?;
    ensure!(old(&after) == old(&before), "ingest runs {after:?} instead of {before:?}");
    let now = readings().await?;
    ensure!(now >= stored, "{stored} readings became {now}");
    let verdict = pods::verify_load().await?;
    eprintln!("  {stored} readings, then {now}; the ledger: {verdict}");
    Ok(())
}

async fn readings() -> anyhow::Result<u64> {
    let psql =
        ["exec", "--namespace", NAMESPACE, "postgres-0", "--", "psql", "--username=argosy", "--tuples-only"];
    let count = kubectl(&[&psql[..], &["--command=select count(*) from readings"]].concat()).await?;
    Ok(count.trim().parse()?)
}
