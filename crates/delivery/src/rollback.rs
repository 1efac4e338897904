//! `argosy rollback` and `argosy release`: back to what ran before, and held there until somebody lets it go.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{
    CommitId, Delivery, Digest, Error, ServiceName,
    history::{History, Run, Scope},
    holds::Hold,
    migrations,
    overlay::Overlay,
    swap::{Plan, swap},
    trailers::{Trailers, action, key},
    written::{About, Written, WrittenChange},
};

/// What to take back.
#[derive(Debug, Clone)]
pub struct Rollback {
    /// The environment.
    pub environment: String,
    /// The service.
    pub service: String,
    /// A source commit, a commit of the branch at which it ran, or a digest; left out, what ran before.
    pub to: Option<String>,
    /// Why, in a line.
    pub why: Option<String>,
    /// Why it may go back across migrations that cannot be undone or are not known; left out, it may not.
    pub despite_migrations: Option<String>,
    /// Who; left out, whom Git names.
    pub actor: Option<String>,
    /// When it is.
    pub now: DateTime<Utc>,
    /// Only tell what would be written.
    pub is_dry_run: bool,
}

/// What to let go.
#[derive(Debug, Clone)]
pub struct Release {
    /// The environment.
    pub environment: String,
    /// The service.
    pub service: String,
    /// Why, in a line.
    pub why: Option<String>,
    /// Who; left out, whom Git names.
    pub actor: Option<String>,
    /// Only tell what would be written.
    pub is_dry_run: bool,
}

/// What a rollback goes back to.
#[derive(Debug, Clone)]
struct Target {
    digest: Digest,
    source: Option<CommitId>,
}

impl Delivery {
    /// Goes back to a digest that ran before, and holds it there, in one commit.
    pub async fn rollback(&self, request: &Rollback) -> Result<Written, Error> {
        let environment = &self.environment(&request.environment)?.name;
        let service = self.service(&request.service)?;
        let actor = self.actor(request.actor.as_deref()).await?;
        let remote = self.remote().await?;
        self.repository.expect_remote(&remote.name).await?;
        self.repository.expect_whole_history().await?;
        // What was meant stays what is meant, even if others deploy meanwhile: the first look decides.
        let meant = &tokio::sync::OnceCell::new();
        let actor = actor.as_str();
        let plan = |head: CommitId| async move {
            let before = Overlay::read(&self.repository, &self.config, environment, &head).await?;
            let ran = before.image(&self.config, service)?.digest;
            let history = self.history(&head, &Scope::environment(environment)).await?;
            let runs = history.runs(environment, service);
            let find = || self.target(&history, &runs, request, service);
            let target: &Target = meant.get_or_try_init(find).await?;
            let undoable = self.expect_undoable(&history, environment, service, &runs, &target.digest).await;
            let crossed = migrations::despite(undoable, request.despite_migrations.as_deref())?;

            let mut after = before.clone();
            after.set(&self.config, service, &target.digest, None)?;
            after.holds.put(Hold {
                service: service.clone(),
                digest: target.digest.clone(),
                since: request.now.to_rfc3339_opts(SecondsFormat::Secs, true),
                by: actor.to_owned(),
                why: request.why.clone(),
            });
            let mut trailers = Trailers::default();
            trailers.add(key::ENVIRONMENT, environment.as_str())?;
            trailers.add_service(service, &target.digest, ran.as_ref())?;
            trailers.add_some(key::SOURCE_COMMIT, target.source.as_ref().map(CommitId::as_str))?;
            trailers.add(key::ACTION, action::ROLLBACK)?;
            trailers.add_some(key::WHY, request.why.as_deref())?;
            if !crossed.is_empty() {
                trailers.add_some(key::DESPITE_MIGRATIONS, request.despite_migrations.as_deref())?;
            }
            for migration in crossed {
                trailers.add(key::CROSSED_MIGRATION, migration)?;
            }
            trailers.add(key::ACTOR, actor)?;
            let files = after.changes_since(&before);
            let mut about = About { lines: before.lines(&files), ..About::default() };
            about.changes.extend(ran.map(|ran| WrittenChange {
                service: service.clone(),
                before: ran,
                after: target.digest.clone(),
            }));
            Ok(Plan {
                files,
                message: trailers.message(&format!("Roll {service} back in {environment}")),
                about,
            })
        };
        let swapped = swap(&self.repository, &remote, request.is_dry_run, plan).await?;
        Ok(Written::of(environment, remote.branch, swapped))
    }

    /// Takes a hold away, so that automation may go on.
    pub async fn release(&self, request: &Release) -> Result<Written, Error> {
        let environment = &self.environment(&request.environment)?.name;
        let service = self.service(&request.service)?;
        let actor = self.actor(request.actor.as_deref()).await?;
        let remote = self.remote().await?;
        let actor = actor.as_str();
        let plan = |head: CommitId| async move {
            let before = Overlay::read(&self.repository, &self.config, environment, &head).await?;
            let mut after = before.clone();
            let mut trailers = Trailers::default();
            trailers.add(key::ENVIRONMENT, environment.as_str())?;
            trailers.add(key::SERVICE, service.as_str())?;
            trailers.add(key::ACTION, action::RELEASE)?;
            trailers.add_some(key::WHY, request.why.as_deref())?;
            trailers.add(key::ACTOR, actor)?;
            let mut about = About::default();
            if after.holds.take(service).is_none() {
                about.unchanged.push(service.clone());
            }
            let files = after.changes_since(&before);
            about.lines = before.lines(&files);
            Ok(Plan {
                files,
                message: trailers.message(&format!("Release {service} in {environment}")),
                about,
            })
        };
        let swapped = swap(&self.repository, &remote, request.is_dry_run, plan).await?;
        Ok(Written::of(environment, remote.branch, swapped))
    }

    /// What to go back to: what was asked for, if it ran, or else what ran before the present digest came.
    async fn target(
        &self,
        history: &History,
        runs: &[Run<'_>],
        request: &Rollback,
        service: &ServiceName,
    ) -> Result<Target, Error> {
        let environment = &self.environment(&request.environment)?.name;
        let found = match &request.to {
            None => before_the_last(runs),
            Some(to) => self.ran(history, runs, to).await?,
        };
        let present = runs.last().and_then(|run| run.image.digest.as_ref());
        match found {
            Some(target) if Some(&target.digest) != present => Ok(target),
            _ => {
                let mut ran: Vec<String> = Vec::new();
                for run in runs.iter().rev().skip(1).filter(|run| !run.image.is_placeholder()) {
                    let line = format!(
                        "\n  {} until {}",
                        run.image,
                        run.until.map(|until| until.to_rfc3339()).unwrap_or_default()
                    );
                    ran.push(line);
                }
                ran.truncate(5);
                Err(Error::NothingToGoBackTo {
                    service: service.clone(),
                    environment: environment.clone(),
                    wanted: request.to.as_ref().map(|to| format!(" at {to}")).unwrap_or_default(),
                    ran: if ran.is_empty() { String::new() } else { format!("; it ran:{}", ran.concat()) },
                })
            }
        }
    }

    /// The run that somebody names by a digest, a source commit, or a commit of the branch.
    async fn ran(&self, history: &History, runs: &[Run<'_>], to: &str) -> Result<Option<Target>, Error> {
        let target = |run: &Run<'_>| {
            Some(Target { digest: run.image.digest.clone()?, source: run.source_commit.cloned() })
        };
        if let Ok(digest) = to.parse::<Digest>() {
            return Ok(runs
                .iter()
                .rev()
                .find(|run| run.image.digest.as_ref() == Some(&digest))
                .and_then(target));
        }
        let commit = match to.parse() {
            Ok(whole) => whole,
            Err(_) => self.repository.resolve(to).await?,
        };
        if let Some(run) = runs.iter().rev().find(|run| run.source_commit == Some(&commit)) {
            return Ok(target(run));
        }
        Ok(history
            .position(&commit)
            .and_then(|place| runs.iter().rev().find(|run| run.began <= place))
            .and_then(target))
    }
}

/// What ran before the present digest came for the first time. A run that went back to an earlier digest takes all between with it,
/// so that two rollbacks in a row go back twice, and not there and back.
fn before_the_last(runs: &[Run<'_>]) -> Option<Target> {
    let mut stack: Vec<&Run<'_>> = Vec::new();
    for run in runs {
        if let Some(place) = stack.iter().position(|earlier| earlier.image.digest == run.image.digest) {
            stack.truncate(place);
        }
        stack.push(run);
    }
    stack.pop();
    let run =
        stack.into_iter().rev().find(|run| run.image.digest.is_some() && !run.image.is_placeholder())?;
    Some(Target { digest: run.image.digest.clone()?, source: run.source_commit.cloned() })
}
