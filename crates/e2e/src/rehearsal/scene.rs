//! What happens, one scene after the other.

use std::path::Path;

use anyhow::{Context as _, ensure};
use argosy_delivery::Digest;

use super::{
    FIRST, GRACE, LAST, PIPELINE, Rehearsal,
    journal::Change,
    place::Place,
    step::{Version, api, promote},
};
use crate::process::said;

/// What the API says of itself, what it says wrongly, and what after that.
const GOOD: &str = "Stores and serves the readings";
const BAD: &str = "Stores and loses the readings";
const MENDED: &str = "Keeps and serves the readings";
/// Why it is rolled back, and why it is let go.
const FOUND: &str = "it says that it loses readings";
const FREED: &str = "it says again what it does";
/// What a refusal by a rule of delivery ends with.
const REFUSED: i32 = 3;

impl Rehearsal {
    /// Both environments run what this commit builds, by the first delivery there is.
    pub(super) async fn begin(&mut self) -> anyhow::Result<Version> {
        eprintln!("The beginning");
        self.rehearse_with_two_environments()?;
        self.ada.push("Promote from dev to local").await?;
        let commit = self.pipeline.pull().await?;
        let work = self.place.first_images(&self.pipeline);
        let digests = Self::timed(&mut self.times, "the images of the beginning", work).await?;
        let build = self.next_build();
        let registry = self.place.registry().to_owned();
        let mut deployed = String::new();
        for environment in [FIRST, LAST] {
            let set = ["image", "set", "--from", "target/images.json", "--env", environment];
            let of = ["--commit", &commit, "--build", &build, "--registry", &registry];
            self.pipeline.argosy(&[&set[..], &of].concat()).await?;
            deployed = self.pipeline.pull().await?;
            for (service, digest) in &digests {
                self.journal(environment).write(Change {
                    commit: deployed.clone(),
                    kind: "deploy".into(),
                    service: Some(service.clone()),
                    before: Some(Digest::PLACEHOLDER.into()),
                    after: Some(digest.clone()),
                    who: PIPELINE.into(),
                    source_commit: Some(commit.clone()),
                    build: Some(build.clone()),
                    ..Change::default()
                });
            }
        }
        let version = Version { digest: api(&digests)?, commit };
        if let Place::Cluster(cluster) = &self.place {
            let work = async {
                cluster.follow().await?;
                cluster.becomes(&deployed, &version.digest).await
            };
            Self::timed(&mut self.times, "from nothing to a running API", work).await?;
        }
        self.expect_of(&version, GOOD).await?;
        Ok(version)
    }

    /// A change is pushed, built, set in dev, promoted and merged.
    pub(super) async fn change(&mut self) -> anyhow::Result<Version> {
        eprintln!("A change");
        self.rewrite(GOOD, BAD)?;
        self.ada.push("Say what becomes of readings").await?;
        let before = self.running(FIRST).await?;
        let bad = self.build_and_deliver("the change, from push to dev", &before).await?;
        let work = promote(&self.pipeline, &self.grace);
        let merged = Self::timed(&mut self.times, "its promotion, until it is merged", work).await?;
        self.note_promotion(merged.clone(), &before, &bad);
        self.wait_for("the change, from merge to running pod", &merged, &bad.digest).await?;
        Ok(bad)
    }

    /// Who looks at it finds that it is bad, and takes it back.
    pub(super) async fn find_it_bad(&mut self, before: &Version, bad: &Version) -> anyhow::Result<()> {
        eprintln!("It is bad");
        self.expect_of(bad, BAD).await?;
        self.grace.say(&format!("sees that it says '{BAD}'"));
        let work = self.grace.argosy(&["rollback", LAST, "--service", "api", "--why", FOUND]);
        Self::timed(&mut self.times, "the rollback, until it is pushed", work).await?;
        let commit = self.grace.pull().await?;
        self.last.write(Change {
            commit: commit.clone(),
            kind: "rollback".into(),
            service: Some("api".into()),
            before: Some(bad.digest.clone()),
            after: Some(before.digest.clone()),
            who: GRACE.into(),
            source_commit: Some(before.commit.clone()),
            why: Some(FOUND.into()),
            ..Change::default()
        });
        self.wait_for("the rollback, from push to running pod", &commit, &before.digest).await?;
        self.expect_of(before, GOOD).await
    }

    /// The pipeline runs again, and does not bring back what a person has taken back.
    pub(super) async fn run_again(&mut self, before: &Version, bad: &Version) -> anyhow::Result<()> {
        eprintln!("The pipeline runs again");
        let head = self.pipeline.pull().await?;
        self.deliver().await?;
        let promoted = self.pipeline.argosy(&["promote", FIRST, LAST]).await?;
        ensure!(promoted.contains("is held by Grace"), "a promotion of what is held says: {promoted}");
        let image = format!("api={}", bad.digest);
        let output = self
            .pipeline
            .try_argosy(&["image", "set", &image, "--env", LAST, "--commit", &bad.commit])
            .await?;
        let says = said(&output);
        ensure!(
            output.status.code() == Some(REFUSED) && says.contains(FOUND),
            "`image set` of what is held ends with {}: {says}",
            output.status
        );
        ensure!(self.pipeline.pull().await? == head, "the pipeline has changed main");
        ensure!(
            self.running(LAST).await?.digest == before.digest,
            "{LAST} does not run what it was taken back to"
        );
        self.expect_of(before, GOOD).await
    }

    /// The change is mended, built and set in dev; what was held is let go, and it is promoted.
    pub(super) async fn mend(&mut self, bad: &Version) -> anyhow::Result<()> {
        eprintln!("It is mended");
        self.rewrite(BAD, MENDED)?;
        self.ada.push("Say again what becomes of readings").await?;
        let mended = self.build_and_deliver("the mended one, from push to dev", bad).await?;
        self.grace.argosy(&["release", LAST, "--service", "api", "--why", FREED]).await?;
        self.last.write(Change {
            commit: self.grace.pull().await?,
            kind: "release".into(),
            service: Some("api".into()),
            who: GRACE.into(),
            why: Some(FREED.into()),
            ..Change::default()
        });
        let before = self.running(LAST).await?;
        let merged = promote(&self.pipeline, &self.grace).await?;
        self.note_promotion(merged.clone(), &before, &mended);
        self.wait_for("the mended one, from merge to running pod", &merged, &mended.digest).await?;
        self.expect_of(&mended, MENDED).await
    }

    /// Git knows all of it.
    pub(super) async fn audit(&mut self, bad: &Version, pages: &Path) -> anyhow::Result<()> {
        eprintln!("The audit");
        self.grace.pull().await?;
        let since = self.began.format("%FT%TZ").to_string();
        for environment in [FIRST, LAST] {
            let audit = self.grace.ask(&["audit", environment, "--since", &since]).await?;
            let failed = &audit["measures"]["failed"];
            let expected = u64::from(environment == LAST);
            ensure!(
                *failed == expected,
                "{expected} changes of {environment} failed, and the audit says {failed}"
            );
            ensure!(audit["notices"] == serde_json::json!([]), "the audit notices {}", audit["notices"]);
            let journal = std::mem::take(self.journal(environment));
            let changes = journal.compare(&audit, self.began)?;
            self.grace
                .say(&format!("finds in the audit of {environment} the {changes} changes that happened"));
            let page = pages.canonicalize()?.join(format!("{environment}.html"));
            let page = page.to_str().context("the page's path is no text")?;
            self.grace.argosy(&["audit", environment, "--since", &since, "--html", page]).await?;
        }
        let text = self.grace.argosy(&["audit", LAST, "--since", &since]).await?;
        println!("{text}\n");
        let whereabouts = self.grace.argosy(&["where", &bad.commit, "--service", "api"]).await?;
        println!("{whereabouts}\n");
        Ok(())
    }
}
