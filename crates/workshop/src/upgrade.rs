//! What the next version of Kubernetes takes away: API versions of rendered environments, ranges of charts, add-ons that are not known to
//! work with it.

mod addons;
mod apis;
mod charts;
mod minor;
mod objects;
mod table;

use std::collections::BTreeSet;

use argosy_delivery::{Delivery, EnvironmentName};
use chrono::NaiveDate;
use serde::Serialize;

use self::{objects::Object, table::Table};
use crate::Error;

pub use minor::Minor;

/// What an upgrade of Kubernetes meets in a repository.
#[derive(Debug, Clone, Serialize)]
pub struct Upgrade {
    /// The version that is asked about.
    pub kubernetes: Minor,
    /// The version that runs, if it was said.
    pub from: Option<Minor>,
    /// The environments that were looked at.
    pub environments: Vec<EnvironmentName>,
    /// How many objects were looked at, each once.
    pub objects: usize,
    /// The charts that were looked at.
    pub charts: Vec<String>,
    /// The add-ons that were looked at, with their versions.
    pub addons: Vec<String>,
    /// What was found.
    pub losses: Vec<Loss>,
    /// What the version asks for besides, which no manifest shows.
    pub notices: Vec<Notice>,
    /// The oldest date at which a line of the table was checked.
    pub table_checked: NaiveDate,
}

/// Something that the version takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What it is about.
    pub about: Subject,
    /// When it is lost.
    pub when: When,
    /// The environments that have it; none where it belongs to all.
    pub environments: Vec<EnvironmentName>,
    /// The file that has it.
    pub file: String,
    /// What was found.
    pub what: String,
    /// What mends it.
    pub mend: String,
    /// Where the table has it from.
    pub source: Option<String>,
}

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The API version of an object.
    Api,
    /// A chart, which refuses the version.
    Chart,
    /// An add-on, which is not known to work with the version.
    Addon,
}

/// When it is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// In this version: it is in the way of the upgrade.
    Now,
    /// In a later one: this one only warns.
    Later,
}

/// What a version asks for besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The first version that does.
    pub version: Minor,
    /// What it asks for.
    pub what: String,
    /// Where the table has it from.
    pub source: String,
}

impl Upgrade {
    /// What is in the way.
    pub fn in_the_way(&self) -> impl Iterator<Item = &Loss> {
        self.losses.iter().filter(|loss| loss.when == When::Now)
    }

    /// What a later version takes away.
    pub fn later(&self) -> impl Iterator<Item = &Loss> {
        self.losses.iter().filter(|loss| loss.when == When::Later)
    }
}

/// Looks for what a version of Kubernetes takes away from one environment, or from all. A version that there is not, and one that is not the
/// next after `from`, are refused.
pub async fn examine(
    delivery: &Delivery,
    kubernetes: &str,
    from: Option<&str>,
    only: Option<&str>,
) -> Result<Upgrade, Error> {
    let table = Table::embedded();
    let (kubernetes, from) = table.step(kubernetes, from)?;
    let (root, config) = (delivery.repository().root(), delivery.config());
    let environments: Vec<EnvironmentName> = match only {
        Some(name) => vec![config.environment(name)?.name.clone()],
        None => config.environments.iter().map(|environment| environment.name.clone()).collect(),
    };
    let mut found: Vec<Object> = Vec::new();
    for name in &environments {
        objects::of_environment(root, &config.overlay(name), name, &mut found).await?;
    }
    objects::of_reconcilers(root, &mut found).await?;
    let groups: BTreeSet<&str> = found.iter().map(Object::group).collect();
    let mut losses = apis::look(&table, &found, kubernetes);
    let (charts, refused) = charts::look(root, kubernetes).await?;
    losses.extend(refused);
    let (addons, unknown) = addons::look(&table, root, &groups, kubernetes).await?;
    losses.extend(unknown);
    Ok(Upgrade {
        kubernetes,
        from,
        objects: found.len(),
        notices: table.notices(kubernetes, from),
        table_checked: table.checked(),
        environments,
        charts,
        addons,
        losses,
    })
}
