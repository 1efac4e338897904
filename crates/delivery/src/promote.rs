//! `argosy promote`: the digests of one environment into the next, as a pull request. The commit is on a branch of its own, so nothing
//! is deployed before somebody merges it.

mod between;
mod body;
mod branch;
mod moves;
mod plan;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

pub use between::{Between, Migration, Passage, PassingCommit};
pub(crate) use plan::is_title;

use self::plan::Plan;
use crate::{
    Access, CommitId, Delivery, Environment, EnvironmentName, Error, Finding, Hold, Outcome, PullRequest,
    ServiceName, VerifiedService, VerifyRequest, WrittenChange, WrittenLine,
    code_host::{Draft, Hosted},
    git::Remote,
    history::{History, Scope},
    verify::source,
};

/// What to promote.
#[derive(Debug, Clone)]
pub struct PromoteRequest {
    /// The environment whose digests are taken.
    pub from: String,
    /// The environment that gets them.
    pub to: String,
    /// The services; left out, all that both have.
    pub services: Vec<String>,
    /// Who or what promotes; left out, whom Git names.
    pub actor: Option<String>,
    /// Push the branch, and open no pull request.
    pub is_branch_only: bool,
    /// Only tell what would be proposed.
    pub is_dry_run: bool,
    /// What there is to show registries and code hosts.
    pub access: Access,
    /// When it is.
    pub now: DateTime<Utc>,
}

/// What is proposed, or would be.
#[derive(Debug, Clone, Serialize)]
pub struct Promotion {
    /// Where the digests come from.
    pub from: EnvironmentName,
    /// Where they would go.
    pub to: EnvironmentName,
    /// The head of the branch that clusters read, which the commit is upon.
    pub head: CommitId,
    /// The branch that brings them.
    pub branch: String,
    /// Its commit; none where there is nothing to promote, or `--dry-run`.
    pub commit: Option<CommitId>,
    /// Whether the branch was pushed: it is left alone where it says the same already.
    pub is_pushed: bool,
    /// What changes.
    pub changes: Vec<WrittenChange>,
    /// What lies between, in the order of the changes.
    pub between: Vec<Between>,
    /// What is the same already.
    pub unchanged: Vec<ServiceName>,
    /// What is held, and stays as it is.
    pub held: Vec<Hold>,
    /// The commit's message; none where there is nothing to promote.
    pub message: Option<String>,
    /// The lines that change, by file.
    pub lines: Vec<WrittenLine>,
    /// What the gates say of what would come.
    pub gates: Vec<VerifiedService>,
    /// The worst of it.
    pub outcome: Outcome,
    /// How the rendered objects differ, or why that is not known.
    #[serde(serialize_with = "either")]
    pub rendered: Result<Vec<Finding>, String>,
    /// The pull request's title.
    pub title: String,
    /// Its body, as far as the code host keeps it.
    pub body: String,
    /// The pull request; none where there is none to open, or nobody to open it at.
    pub request: Option<PullRequest>,
}

impl Delivery {
    /// Proposes an environment's digests for the next one.
    pub async fn promote(&self, request: &PromoteRequest) -> Result<Promotion, Error> {
        let [from, to] = self.neighbours(&request.from, &request.to)?;
        let services = self.services(&request.services)?;
        let actor = self.actor(request.actor.as_deref()).await?;
        let remote = self.remote().await?;
        let head = self.fetched_head().await?;
        let history = self.history(&head, &Scope::all()).await?;
        let plan = self.plan_promotion([&from.name, &to.name], &services, &head, &history, &actor).await?;
        // Who names a service means it; who names none takes what is free.
        if let Some(hold) = plan.moves.held.iter().find(|hold| services.contains(&hold.service)) {
            return Err(hold.refusal(&to.name));
        }
        let mut promotion = self.describe([from, to], &head, &plan, &history, request).await?;
        if plan.files.is_empty() {
            return Ok(promotion);
        }
        promotion.body = body::body(&promotion, usize::MAX);
        if request.is_dry_run {
            return Ok(promotion);
        }
        let mut draft = Draft {
            from: promotion.branch.clone(),
            to: remote.branch,
            title: plan.title.clone(),
            body: String::new(),
        };
        // Before anything is pushed: whoever may not ask is told so while nothing has happened.
        let host =
            if request.is_branch_only { None } else { self.host(&remote.name, &request.access).await? };
        let open = match &host {
            Some(host) => host.find_request(&draft).await?,
            None => None,
        };
        let branch = Remote { name: remote.name, branch: promotion.branch.clone() };
        let offered = self.offer(&branch, &to.name, &head, &plan).await?;
        (promotion.commit, promotion.is_pushed) = (Some(offered.commit), offered.is_new);
        if let Some(host) = &host {
            promotion.body = body::body(&promotion, host.body_limit());
            draft.body.clone_from(&promotion.body);
            let drawn = host.draw(&draft, open).await;
            let request = drawn.map_err(|error| Error::NoRequest {
                branch: promotion.branch.clone(),
                source: Box::new(error),
            })?;
            promotion.request = Some(request);
        }
        Ok(promotion)
    }

    /// Two environments of which one is promoted to the other.
    fn neighbours(&self, from: &str, to: &str) -> Result<[&Environment; 2], Error> {
        let (from, to) = (self.environment(from)?, self.environment(to)?);
        if to.from.as_ref() == Some(&from.name) {
            return Ok([from, to]);
        }
        let why = match &to.from {
            _ if from.name == to.name => "they are one environment".to_owned(),
            Some(other) => format!("argosy.toml says that it takes its digests from {other}"),
            None => format!(
                "argosy.toml does not say where it takes its digests from; there, `from = \"{}\"` would",
                from.name
            ),
        };
        Err(Error::NotPromoted { from: from.name.clone(), to: to.name.clone(), why })
    }

    /// What there is to say about a plan.
    async fn describe(
        &self,
        [from, to]: [&Environment; 2],
        head: &CommitId,
        plan: &Plan,
        history: &History,
        request: &PromoteRequest,
    ) -> Result<Promotion, Error> {
        let changes = plan.moves.changes.clone();
        let mut between = Vec::new();
        for (change, after) in changes.iter().zip(&plan.sources) {
            let before = source(history, &change.service, &change.before);
            between.push(self.between(&change.service, before, after.clone()).await?);
        }
        let digests: Vec<_> =
            changes.iter().map(|change| (change.service.clone(), change.after.clone())).collect();
        let asking = VerifyRequest {
            environment: request.to.clone(),
            from: Some(request.from.clone()),
            services: request.services.clone(),
            rebuilt: None,
            access: request.access.clone(),
            now: request.now,
        };
        let gates = self.judge(to, &digests, head, history, None, &asking).await?;
        let rendered = if plan.files.is_empty() {
            Ok(Vec::new())
        } else {
            self.rendered_difference(&to.name, head, &plan.files).await.map_err(|error| error.to_string())
        };
        Ok(Promotion {
            from: from.name.clone(),
            to: to.name.clone(),
            head: head.clone(),
            branch: format!("promote/{}-to-{}", from.name, to.name),
            commit: None,
            is_pushed: false,
            between,
            unchanged: plan.moves.unchanged.clone(),
            held: plan.moves.held.clone(),
            message: (!changes.is_empty()).then(|| plan.message.clone()),
            lines: plan.lines.clone(),
            outcome: Outcome::worst(&gates),
            gates,
            rendered,
            title: plan.title.clone(),
            body: String::new(),
            request: None,
            changes,
        })
    }

    /// The host that keeps the repository, if anybody can tell which it is.
    pub(crate) async fn host(&self, remote: &str, access: &Access) -> Result<Option<Hosted>, Error> {
        let url = self.repository.remote_url(remote).await?;
        Hosted::of(&self.config, &url, access)
    }
}

/// The findings as they are, or `{"unknown": why}`.
fn either<S: Serializer>(rendered: &Result<Vec<Finding>, String>, serializer: S) -> Result<S::Ok, S::Error> {
    match rendered {
        Ok(findings) => findings.serialize(serializer),
        Err(why) => serde_json::json!({ "unknown": why }).serialize(serializer),
    }
}
