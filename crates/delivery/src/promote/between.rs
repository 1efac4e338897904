//! What lies between the image that an environment runs and the one that would come: commits, and migrations of the database.

use serde::Serialize;

use crate::{CommitId, Delivery, Error, Service, ServiceName, migrations::contract};

/// How many commits are named.
const NAMED: usize = 50;

/// What lies between two images of a service.
#[derive(Debug, Clone, Serialize)]
pub struct Between {
    /// The service.
    pub service: ServiceName,
    /// What runs was built from this commit, where that is known.
    pub before: Option<CommitId>,
    /// What would come was built from this one.
    pub after: Option<CommitId>,
    /// Why nothing is known of what lies between.
    pub unknown: Option<&'static str>,
    /// What comes.
    pub come: Passage,
    /// What goes: there is something where the image that would come is older, or of another branch.
    pub go: Passage,
}

/// Commits, and the migrations in them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Passage {
    /// How many commits that can have changed the image.
    pub count: usize,
    /// The newest of them.
    pub commits: Vec<PassingCommit>,
    /// The migrations.
    pub migrations: Vec<Migration>,
}

/// A commit.
#[derive(Debug, Clone, Serialize)]
pub struct PassingCommit {
    /// Its id.
    pub commit: CommitId,
    /// Its first line.
    pub subject: String,
    /// Its author.
    pub author: String,
}

/// A migration of a database.
#[derive(Debug, Clone, Serialize)]
pub struct Migration {
    /// Its file.
    pub file: String,
    /// Why versions before it cannot run on what it leaves, where it says so.
    pub contract: Option<String>,
}

impl Between {
    /// The migrations after which there is no way back, with what they say.
    pub(super) fn contracts(&self) -> impl Iterator<Item = (&Migration, &str)> {
        let all = self.come.migrations.iter().chain(&self.go.migrations);
        all.filter_map(|migration| Some((migration, migration.contract.as_deref()?)))
    }
}

impl Delivery {
    /// What lies between two source commits of a service.
    pub(super) async fn between(
        &self,
        service: &ServiceName,
        before: Option<CommitId>,
        after: Option<CommitId>,
    ) -> Result<Between, Error> {
        let service = self.config.service(service.as_str())?;
        let mut between = Between {
            service: service.name.clone(),
            unknown: None,
            come: Passage::default(),
            go: Passage::default(),
            before,
            after,
        };
        let (Some(before), Some(after)) = (between.before.clone(), between.after.clone()) else {
            between.unknown = Some("no commit's trailers name what it was built from");
            return Ok(between);
        };
        for commit in [&before, &after] {
            if self.repository.find(commit.as_str()).await?.is_none() {
                between.unknown = Some("it was built from a commit that is not in this clone");
                return Ok(between);
            }
        }
        let (come, go) =
            tokio::try_join!(self.passage(service, &before, &after), self.passage(service, &after, &before))?;
        (between.come, between.go) = (come, go);
        Ok(between)
    }

    /// What one commit has and the other has not.
    async fn passage(&self, service: &Service, from: &CommitId, to: &CommitId) -> Result<Passage, Error> {
        let range = format!("{from}..{to}");
        let paths = || service.paths.iter().map(String::as_str);
        let count = ["rev-list", "--count", &range, "--"];
        let count = self.repository.read(count.into_iter().chain(paths())).await?;
        let limit = format!("--max-count={NAMED}");
        let log = ["log", "--no-show-signature", "--format=%H%x00%an%x00%s", &limit, &range, "--"];
        let log = self.repository.read(log.into_iter().chain(paths())).await?;
        let text = String::from_utf8_lossy(&log);
        let commits = text.lines().filter_map(|line| {
            let [commit, author, subject] = line.splitn(3, '\0').collect::<Vec<_>>()[..] else { return None };
            Some(PassingCommit {
                commit: commit.parse().ok()?,
                subject: subject.to_owned(),
                author: author.to_owned(),
            })
        });
        let mut migrations = Vec::new();
        if let Some(folder) = &service.migrations {
            for (file, text) in self.migrations_between(from, to, folder).await? {
                migrations.push(Migration { contract: contract(&text).map(str::to_owned), file });
            }
        }
        Ok(Passage {
            count: String::from_utf8_lossy(&count).trim().parse().unwrap_or_default(),
            commits: commits.collect(),
            migrations,
        })
    }
}
