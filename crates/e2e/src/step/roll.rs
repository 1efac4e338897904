//! One line of Git changes one service, and nobody notices.

use std::collections::BTreeMap;

use anyhow::ensure;

use crate::{
    Run,
    application::{self, Pod},
    pods,
};

/// Services that a commit does not name must not start again.
const OTHERS: [&str; 2] = ["webapp", "ingest"];

/// A commit with another digest of the API rolls the API alone: no request fails, nothing is lost.
pub(crate) async fn roll(run: &mut Run) -> anyhow::Result<()> {
    pods::start_load(&run.images.reference("simulator")?, 50, 4.0, None).await?;
    pods::start_watch(&run.images.reference("argosy")?, None).await?;
    let others = of_all(&OTHERS).await?;
    let digest = run.images.variant("api", "e2e-rolled").await?;
    let digests = BTreeMap::from([("api".to_owned(), digest.clone())]);
    let commit = run.repository.set_images(&run.images.registry, &digests).await?;
    application::becomes(&commit).await?;
    let api = application::pods("api").await?;
    ensure!(api.iter().all(|pod| pod.image.ends_with(&digest)), "the API runs {api:?}, not {digest}");
    ensure!(of_all(&OTHERS).await? == others, "other services started again");
    let (requests, failed) = pods::counted().await?;
    ensure!(failed == 0, "{failed} of {requests} requests failed while the API rolled");
    let verdict = pods::verify_load().await?;
    eprintln!("  {requests} requests, none failed; the ledger: {verdict}");
    Ok(())
}

async fn of_all(services: &[&str]) -> anyhow::Result<Vec<Pod>> {
    let mut pods = Vec::new();
    for service in services {
        pods.extend(application::pods(service).await?);
    }
    pods.sort();
    Ok(pods)
}
