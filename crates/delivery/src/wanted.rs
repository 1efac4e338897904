//! What Git wants of each environment, for `argosy status`.

use serde::Serialize;

use crate::{CommitId, Delivery, EnvironmentName, Error, Running, history::Scope};

/// What an environment is to run.
#[derive(Debug, Clone, Serialize)]
pub struct Wanted {
    /// The environment.
    pub environment: EnvironmentName,
    /// The branch's head that says so.
    pub head: CommitId,
    /// What each service is to run.
    pub services: Vec<Running>,
}

impl Delivery {
    /// What the branch, as this clone knows it, wants of one environment, or of all.
    pub async fn wanted(&self, environment: Option<&str>) -> Result<Vec<Wanted>, Error> {
        let (scope, environments) = match environment {
            Some(name) => {
                let environment = self.environment(name)?;
                (Scope::environment(&environment.name), vec![environment])
            }
            None => (Scope::all(), self.config.environments.iter().collect()),
        };
        let head = self.known_head().await?;
        let history = self.history(&head, &scope).await?;
        let runs = history.all_runs().into_values().collect::<Vec<_>>();
        let mut wanted = Vec::new();
        for environment in environments {
            let services = match history.commits().len().checked_sub(1) {
                Some(last) => self.running(&history, &runs, &environment.name, last).await?,
                None => Vec::new(),
            };
            wanted.push(Wanted { environment: environment.name.clone(), head: head.clone(), services });
        }
        Ok(wanted)
    }
}
