//! What commits say by their trailers: of which source, by whom, why.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::{
    CommitId, Digest, EnvironmentName, Error, Repository, ServiceName,
    trailers::{Trailers, action, key},
};

/// What a commit says about a service's new digest.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) source_commit: Option<CommitId>,
    pub(crate) build: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) why: Option<String>,
    /// Why it went back across migrations that cannot be undone.
    pub(crate) despite_migrations: Option<String>,
    /// Those migrations.
    pub(crate) crossed_migrations: Vec<String>,
    /// What it says was there before.
    pub(crate) replaces: Option<String>,
    /// Whoever approved or reviewed it.
    pub(crate) approved_by: Vec<String>,
}

impl Note {
    /// What trailers say, if they are about this service getting this digest in this environment.
    pub(super) fn of(
        trailers: &Trailers,
        environment: &EnvironmentName,
        service: &ServiceName,
        digest: &Digest,
    ) -> Option<Self> {
        if trailers.get(key::ENVIRONMENT) != Some(environment.as_str()) {
            return None;
        }
        let delivered = trailers.delivered();
        let is_it = |service_of: &str, digest_of: Option<&str>| {
            service_of == service.as_str() && digest_of == Some(digest.as_str())
        };
        let delivered = delivered.iter().find(|delivered| is_it(delivered.service, delivered.digest))?;
        let text = |key: &str| trailers.get(key).map(str::to_owned);
        Some(Self {
            source_commit: delivered.source_commit.and_then(|commit| commit.parse().ok()),
            build: text(key::BUILD),
            actor: text(key::ACTOR),
            action: text(key::ACTION),
            why: text(key::WHY),
            despite_migrations: text(key::DESPITE_MIGRATIONS),
            crossed_migrations: trailers.all(key::CROSSED_MIGRATION).map(str::to_owned).collect(),
            replaces: delivered.replaces.map(str::to_owned),
            approved_by: approved_by(trailers),
        })
    }

    /// What is known of a promotion whose title alone is left.
    pub(super) fn promotion(trailers: &Trailers) -> Self {
        Self {
            source_commit: None,
            build: None,
            actor: None,
            action: Some(action::PROMOTE.into()),
            why: None,
            despite_migrations: None,
            crossed_migrations: Vec::new(),
            replaces: None,
            approved_by: approved_by(trailers),
        }
    }
}

/// Whoever a commit's trailers name as having looked at it.
pub(crate) fn approved_by(trailers: &Trailers) -> Vec<String> {
    trailers.all(key::APPROVED_BY).chain(trailers.all(key::REVIEWED_BY)).map(str::to_owned).collect()
}

/// A note, with the commit that says it and its time.
type Said = (DateTime<Utc>, String, Note);

/// What all commits say, also those that a merge brought.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// By service, environment and digest, with their times, newest first.
    notes: HashMap<(ServiceName, String, String), Vec<Said>>,
    sources: HashMap<(ServiceName, String), CommitId>,
}

impl Notes {
    /// Reads the trailers of every commit that changed an overlay.
    pub(super) async fn read(
        repository: &Repository,
        head: &CommitId,
        overlays: &str,
    ) -> Result<Self, Error> {
        let format =
            "--format=%H%x00%ct%x00%(trailers:only,unfold,separator=%x1e,key_value_separator=%x1f)%x00";
        // `--full-history`: a branch that came to the same digests by itself is no reason to leave its words out.
        let arguments =
            ["-c", "trailer.separators=:", "log", "--full-history", "--no-show-signature", format];
        let output = repository.read(arguments.into_iter().chain([head.as_str(), "--", overlays])).await?;
        let text = String::from_utf8_lossy(&output);
        let mut fields = text.split('\0');
        let mut notes = Self::default();
        while let (Some(id), Some(at), Some(trailers)) = (fields.next(), fields.next(), fields.next()) {
            let at =
                at.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_default();
            notes.add(id.trim_start(), at, &Trailers::parse(trailers, '\x1e', '\x1f'));
        }
        Ok(notes)
    }

    fn add(&mut self, id: &str, at: DateTime<Utc>, trailers: &Trailers) {
        let environment =
            trailers.get(key::ENVIRONMENT).and_then(|name| name.parse::<EnvironmentName>().ok());
        let Some(environment) = environment else { return };
        for delivered in trailers.delivered() {
            let (service, digest) =
                (delivered.service.parse::<ServiceName>(), delivered.digest.map(str::parse));
            let (Ok(service), Some(Ok(digest))) = (service, digest) else { continue };
            let Some(note) = Note::of(trailers, &environment, &service, &digest) else { continue };
            if let Some(source) = &note.source_commit {
                self.sources.entry((service.clone(), digest.to_string())).or_insert_with(|| source.clone());
            }
            let key = (service, environment.to_string(), digest.to_string());
            self.notes.entry(key).or_default().push((at, id.to_owned(), note));
        }
    }

    /// What a merge at this time brought to say about a digest in an environment. What commits of the branch itself say is theirs alone.
    pub(super) fn of(
        &self,
        environment: &EnvironmentName,
        service: &ServiceName,
        digest: &Digest,
        merged: DateTime<Utc>,
        branch: &HashSet<&str>,
    ) -> Option<&Note> {
        let notes = self.notes.get(&(service.clone(), environment.to_string(), digest.to_string()))?;
        notes
            .iter()
            .find(|(at, id, _)| *at <= merged && !branch.contains(id.as_str()))
            .map(|(_, _, note)| note)
    }

    /// The source commit of a digest, wherever it is said.
    pub(super) fn source(&self, service: &ServiceName, digest: &Digest) -> Option<&CommitId> {
        self.sources.get(&(service.clone(), digest.to_string()))
    }
}
