//! What scenes are made of: a change of a file, a run of the pipeline, a promotion.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

use super::{
    Digests, FIRST, GRACE, LAST, PIPELINE, Rehearsal,
    journal::{Change, Journal},
    person::Person,
    place::Place,
};
use crate::wait::until;

/// The file that is changed.
const FILE: &str = "services/api/src/main.rs";
/// How long a promotion waits for its gates: the soak time is a second here.
const PATIENCE: Duration = Duration::from_secs(60);

/// An API that was built, and the commit that it was built from.
pub(super) struct Version {
    pub(super) digest: String,
    pub(super) commit: String,
}

impl Rehearsal {
    /// A copy of argosy.toml in which `local` follows dev, with the gates that can be asked without a pipeline's host.
    pub(super) fn rehearse_with_two_environments(&self) -> anyhow::Result<()> {
        let registry = self.place.registry().split('/').next().unwrap_or_default();
        let local = "[[environment]]\nname = \"local\"\n\n";
        let follows = "[[environment]]\nname = \"local\"\nfrom = \"dev\"\n\
                       gates = [{ gate = \"digest\" }, { gate = \"soak\", for = \"1s\" }]\n\n";
        let prod = "[[environment]]\nname = \"prod\"\n";
        let plain = format!("plain_http = [\"{registry}\"]\n");
        let branch = "branch = \"main\"\n";
        replace(
            &self.ada.folder.join("argosy.toml"),
            &[(local, ""), (prod, &format!("{follows}{prod}")), (branch, &format!("{branch}{plain}"))],
        )
    }

    pub(super) fn rewrite(&self, from: &str, to: &str) -> anyhow::Result<()> {
        self.ada.say(&format!("lets {FILE} say '{to}'"));
        replace(&self.ada.folder.join(FILE), &[(from, to)])
    }

    /// What the pipeline does with a commit.
    pub(super) async fn build_and_deliver(
        &mut self,
        what: &'static str,
        before: &Version,
    ) -> anyhow::Result<Version> {
        let start = Instant::now();
        let commit = self.pipeline.pull().await?;
        let digests = self.place.build(&self.pipeline).await?;
        let version = Version { digest: api(&digests)?, commit };
        let build = self.deliver().await?;
        self.times.push((what, start.elapsed().as_secs_f64()));
        self.first.write(Change {
            commit: self.pipeline.pull().await?,
            kind: "deploy".into(),
            service: Some("api".into()),
            before: Some(before.digest.clone()),
            after: Some(version.digest.clone()),
            who: PIPELINE.into(),
            source_commit: Some(version.commit.clone()),
            build: Some(build),
            ..Change::default()
        });
        Ok(version)
    }

    /// Sets in dev what has changed; the page of the pipeline's run.
    pub(super) async fn deliver(&mut self) -> anyhow::Result<String> {
        let build = self.next_build();
        self.pipeline.make(&["deliver", &format!("ENV={FIRST}"), &format!("BUILD={build}")]).await?;
        Ok(build)
    }

    /// Waits until the cluster runs a commit, where there is one.
    pub(super) async fn wait_for(
        &mut self,
        what: &'static str,
        commit: &str,
        digest: &str,
    ) -> anyhow::Result<()> {
        let Place::Cluster(cluster) = &self.place else { return Ok(()) };
        Self::timed(&mut self.times, what, cluster.becomes(commit, digest)).await
    }

    pub(super) fn next_build(&mut self) -> String {
        self.builds += 1;
        format!("https://ci.example/runs/{}", self.builds)
    }

    pub(super) fn note_promotion(&mut self, merged: String, before: &Version, after: &Version) {
        self.last.write(Change {
            commit: merged,
            kind: "promote".into(),
            service: Some("api".into()),
            before: Some(before.digest.clone()),
            after: Some(after.digest.clone()),
            who: PIPELINE.into(),
            approved_by: vec![GRACE.into()],
            source_commit: Some(after.commit.clone()),
            ..Change::default()
        });
    }

    pub(super) fn journal(&mut self, environment: &str) -> &mut Journal {
        if environment == FIRST { &mut self.first } else { &mut self.last }
    }

    /// The API that Git wants in an environment.
    pub(super) async fn running(&self, environment: &str) -> anyhow::Result<Version> {
        self.grace.git(&["fetch", "--quiet"]).await?;
        let audit = self.grace.ask(&["audit", environment]).await?;
        let running = audit["running"].as_array().context("an audit without what runs")?;
        let api = running.iter().find(|running| running["service"] == "api").context("no API runs")?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        Ok(Version {
            digest: text(&api["image"]["digest"]).context("the API has no digest")?,
            commit: text(&api["source_commit"]).context("the API has no source commit")?,
        })
    }

    /// Asks what runs, and fails unless it says this.
    pub(super) async fn expect_of(&self, version: &Version, words: &str) -> anyhow::Result<()> {
        let says = self.place.asks(&version.digest).await?;
        ensure!(says.contains(words), "the API of {} says: {says}", version.commit);
        Ok(())
    }
}

/// The pipeline proposes it, its gates pass, and a person merges it; the commit of the merge.
pub(super) async fn promote(pipeline: &Person, grace: &Person) -> anyhow::Result<String> {
    pipeline.argosy(&["promote", FIRST, LAST]).await?;
    grace.pull().await?;
    until("the gates of the promotion pass", PATIENCE, async || {
        grace.ask(&["verify", LAST, "--from", FIRST]).await.map(drop)
    })
    .await?;
    let branch = format!("promote/{FIRST}-to-{LAST}");
    grace.say(&format!("git merge --no-ff origin/{branch} && git push"));
    let message = format!("Merge {branch}");
    grace.git(&["merge", "--quiet", "--no-ff", &format!("origin/{branch}"), "--message", &message]).await?;
    grace.git(&["push", "--quiet", "origin", "main"]).await?;
    grace.git(&["rev-parse", "HEAD"]).await
}

pub(super) fn api(digests: &Digests) -> anyhow::Result<String> {
    digests.get("api").cloned().context("there is no image of the API")
}

/// Replaces texts that a file has once.
fn replace(file: &Path, texts: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut text = fs::read_to_string(file)?;
    for (from, to) in texts {
        ensure!(text.matches(from).count() == 1, "{} does not say once: {from}", file.display());
        text = text.replace(from, to);
    }
    Ok(fs::write(file, text)?)
}
