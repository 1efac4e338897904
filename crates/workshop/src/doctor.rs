//! What this machine and this repository lack, and what in them has ended; each with what mends it.

mod lifecycle;
mod programs;
mod repository;
mod version;

use argosy_delivery::Delivery;
use chrono::NaiveDate;
use serde::Serialize;

use crate::Error;

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// What is missing, or has ended.
    pub findings: Vec<Finding>,
    /// The oldest date at which a line of the table of versions was checked.
    pub table_checked: NaiveDate,
    /// Programs and their versions that are as they should be.
    pub programs: Vec<String>,
}

/// Something that is missing, or has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub about: About,
    /// What was found, and where.
    pub what: String,
    /// What mends it.
    pub mend: String,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// A program of this machine.
    Machine,
    /// A file or setting of the repository.
    Repository,
    /// Something that has ended, or a table that may not know of it.
    Lifecycle,
}

impl Finding {
    fn new(about: About, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { about, what: what.into(), mend: mend.into() }
    }
}

/// Looks for all of it, as of a day.
pub async fn diagnose(delivery: &Delivery, today: NaiveDate) -> Result<Diagnosis, Error> {
    let root = delivery.repository().root();
    let (programs, mut findings) = programs::look(root).await?;
    findings.extend(repository::look(delivery).await?);
    let table = lifecycle::Table::embedded();
    findings.extend(table.look(root, today).await?);
    Ok(Diagnosis { findings, table_checked: table.checked(), programs })
}
