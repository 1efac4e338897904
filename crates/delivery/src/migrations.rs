//! Whether what a database was migrated to still serves an earlier commit.
//!
//! Most migrations only add, and the version before runs on what they leave. One that takes away or changes what that version needs,
//! the last step of expand and contract (<https://martinfowler.com/bliki/ParallelChange.html>), says so in its first line:
//! `-- contract: devices.label is dropped`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    CommitId, Delivery, Digest, EnvironmentName, Error, ServiceName,
    history::{History, Run},
};

/// What the first line of a contract step begins with.
const MARK: &str = "-- contract:";

/// Why a migration cannot be undone, if it says so.
pub(crate) fn contract(text: &str) -> Option<&str> {
    text.trim_start_matches('\u{feff}').lines().next()?.strip_prefix(MARK).map(str::trim)
}

/// Passes over a refusal because of migrations, if somebody says why; the migrations that it was for.
pub(crate) fn despite(checked: Result<(), Error>, why: Option<&str>) -> Result<Vec<String>, Error> {
    let Err(refusal) = checked else { return Ok(Vec::new()) };
    match (refusal.migrations(), why) {
        // A tab or so in a file's line must not keep it out of a trailer.
        (Some(migrations), Some(_)) => {
            Ok(migrations.iter().map(|text| text.replace(char::is_control, " ")).collect())
        }
        _ => Err(refusal),
    }
}

impl Delivery {
    /// Fails where a migration since a digest last ran cannot be undone, or where that cannot be known.
    pub(crate) async fn expect_undoable(
        &self,
        history: &History,
        environment: &EnvironmentName,
        service: &ServiceName,
        runs: &[Run<'_>],
        target: &Digest,
    ) -> Result<(), Error> {
        let Some(folder) = self.config.service(service.as_str())?.migrations.as_deref() else {
            return Ok(());
        };
        let is_target = |run: &Run<'_>| run.image.digest.as_ref() == Some(target);
        // Not only what runs now: whatever ran since has migrated the database as well.
        let Some(last) = runs.iter().rposition(is_target) else { return Ok(()) };
        let since: Vec<&Run<'_>> = runs[last + 1..].iter().collect();
        let to = self.source_of(&runs[last], environment, history).await?;
        let mut contracts = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for run in since {
            let from = self.source_of(run, environment, history).await?;
            if seen.insert(from.clone()) {
                for (file, text) in self.migrations_between(&to, &from, folder).await? {
                    contracts.extend(contract(&text).map(|why| (file, why.to_owned())));
                }
            }
        }
        if contracts.is_empty() {
            return Ok(());
        }
        Err(Error::Contract {
            service: service.clone(),
            environment: environment.clone(),
            to,
            migrations: contracts.into_iter().map(|(file, why)| format!("{file}: {why}")).collect(),
        })
    }

    /// The commit that an image was built from, which has to be here.
    async fn source_of(
        &self,
        run: &Run<'_>,
        environment: &EnvironmentName,
        history: &History,
    ) -> Result<CommitId, Error> {
        let why = match run.source_commit {
            Some(source) if self.repository.find(source.as_str()).await?.is_some() => {
                return Ok(source.clone());
            }
            Some(_) => "not in this clone",
            None => "named by no commit's trailers",
        };
        let place = || {
            history.commits().get(run.began).map(|commit| commit.id.short().to_owned()).unwrap_or_default()
        };
        match &run.image.digest {
            Some(digest) => Err(Error::UnknownMigrations {
                service: run.service.clone(),
                environment: environment.clone(),
                digest: digest.clone(),
                why,
            }),
            None => Err(Error::Malformed { what: "an overlay that names a digest", text: place() }),
        }
    }

    /// The migrations that a later commit has and an earlier one has not, or not so, with their text.
    pub(crate) async fn migrations_between(
        &self,
        earlier: &CommitId,
        later: &CommitId,
        folder: &str,
    ) -> Result<Vec<(String, String)>, Error> {
        let arguments = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=AMT"];
        let commits = [earlier.as_str(), later.as_str(), "--", folder];
        let output = self.repository.read(arguments.into_iter().chain(commits)).await?;
        let text = String::from_utf8_lossy(&output);
        let mut migrations = Vec::new();
        for file in text.split_terminator('\0') {
            let text = self.repository.file(later, file).await?.unwrap_or_default();
            migrations.push((file.to_owned(), text));
        }
        Ok(migrations)
    }
}

#[cfg(test)]
mod tests {
    use super::contract;

    #[test]
    fn only_the_first_line_counts() {
        assert_eq!(
            contract("-- contract: a column goes\nalter table x drop column y;"),
            Some("a column goes")
        );
        assert_eq!(contract("-- It adds.\n-- contract: no\n"), None);
        assert_eq!(contract(""), None);
    }
}
