//! Every static check of a repository, as `checks.toml` lists them: a name and a command each, in the order in which they start.

use std::{collections::BTreeMap, path::Path, process::Stdio, sync::Arc, time::Duration};

use serde::Serialize;
use tokio::{
    process::Command,
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::{Instant, timeout},
};
use toml::Spanned;

use crate::Error;

/// The file that lists them, at the repository's root.
pub const FILE: &str = "checks.toml";
/// What a check ends with that could not be done here, as in automake; its last line says why.
const SKIPPED: i32 = 77;
/// How long one may take.
const PATIENCE: Duration = Duration::from_mins(45);

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What Bash runs.
    pub command: String,
}

/// What became of a check.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// Which.
    #[serde(flatten)]
    pub check: Check,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub seconds: f64,
    /// What it said.
    pub output: String,
}

/// How a check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing was found.
    Passed,
    /// It could not be done here.
    Skipped,
    /// Something was found.
    Failed,
}

/// What happens while checks run.
#[derive(Debug)]
pub enum Progress {
    /// One has begun.
    Started(Check),
    /// One has ended.
    Ended(Checked),
}

/// The checks of a repository; of them those of these names, where there are names.
pub fn read(root: &Path, only: &[String]) -> Result<Vec<Check>, Error> {
    let path = root.join(FILE);
    let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
    parse(&text, only)
}

fn parse(text: &str, only: &[String]) -> Result<Vec<Check>, Error> {
    let broken = |error: toml::de::Error| Error::Checks { says: error.to_string() };
    let table: BTreeMap<String, Spanned<String>> = toml::from_str(text).map_err(broken)?;
    let mut places: Vec<(usize, Check)> = table
        .into_iter()
        .map(|(name, command)| (command.span().start, Check { name, command: command.into_inner() }))
        .collect();
    places.sort_by_key(|(place, _)| *place);
    let checks: Vec<Check> = places.into_iter().map(|(_, check)| check).collect();
    if let Some(unknown) = only.iter().find(|name| checks.iter().all(|check| check.name != **name)) {
        let known: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
        return Err(Error::UnknownCheck { name: unknown.clone(), known: known.join(", ") });
    }
    Ok(checks.into_iter().filter(|check| only.is_empty() || only.contains(&check.name)).collect())
}

/// Runs checks, so many at once; in the end all of them in their order.
pub async fn run(
    root: &Path,
    checks: Vec<Check>,
    at_once: usize,
    mut tell: impl FnMut(&Progress),
) -> Vec<Checked> {
    let order: Vec<String> = checks.iter().map(|check| check.name.clone()).collect();
    let places = Arc::new(Semaphore::new(at_once.max(1)));
    let (sender, mut progress) = mpsc::channel(16);
    let mut tasks = JoinSet::new();
    for check in checks {
        let (places, sender, root) = (Arc::clone(&places), sender.clone(), root.to_owned());
        tasks.spawn(async move {
            // Places are given in the order in which they are asked for, and are never closed.
            let Ok(_place) = places.acquire().await else { return };
            // Who no longer listens has been stopped.
            let _ = sender.send(Progress::Started(check.clone())).await;
            let _ = sender.send(Progress::Ended(one(&root, check).await)).await;
        });
    }
    drop(sender);
    let mut ended = Vec::new();
    while let Some(event) = progress.recv().await {
        tell(&event);
        if let Progress::Ended(checked) = event {
            ended.push(checked);
        }
    }
    ended.sort_by_key(|checked| order.iter().position(|name| *name == checked.check.name));
    ended
}

async fn one(root: &Path, check: Check) -> Checked {
    let started = Instant::now();
    let child = Command::new("bash")
        // What it says on stderr belongs between what it says on stdout.
        .args(["-c", &format!("exec 2>&1\n{}", check.command)])
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .output();
    let (outcome, output) = match timeout(PATIENCE, child).await {
        Ok(Ok(finished)) => {
            let outcome = match finished.status.code() {
                Some(0) => Outcome::Passed,
                Some(SKIPPED) => Outcome::Skipped,
                _ => Outcome::Failed,
            };
            (outcome, String::from_utf8_lossy(&finished.stdout).into_owned())
        }
        Ok(Err(error)) => (Outcome::Failed, format!("bash cannot be started: {error}")),
        Err(_) => (Outcome::Failed, format!("it did not end within {} s", PATIENCE.as_secs())),
    };
    Checked { check, outcome, seconds: started.elapsed().as_secs_f64(), output }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "# All.\nzebra = 'true'\nape = 'echo found >&2; exit 3'\nbear = 'echo no bears here; exit 77'\n";

    #[test]
    fn checks_stand_in_the_file_s_order() {
        let names = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
            parse(LIST, &only).map(|checks| checks.into_iter().map(|check| check.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap(), ["zebra", "ape", "bear"]);
        assert_eq!(names(&["bear", "zebra"]).unwrap(), ["zebra", "bear"]);
        let error = names(&["lion"]).unwrap_err().to_string();
        assert_eq!(error, "there is no check 'lion'; there are zebra, ape, bear");
        assert!(parse("zebra = 1", &[]).unwrap_err().to_string().starts_with("checks.toml: "));
    }

    #[tokio::test]
    async fn what_is_found_is_told_from_what_cannot_be_done() {
        let mut told = Vec::new();
        let checks = parse(LIST, &[]).unwrap();
        let ended = run(Path::new("."), checks, 2, |event| told.push(format!("{event:?}"))).await;
        let outcomes: Vec<_> = ended.iter().map(|one| (one.check.name.as_str(), one.outcome)).collect();
        assert_eq!(
            outcomes,
            [("zebra", Outcome::Passed), ("ape", Outcome::Failed), ("bear", Outcome::Skipped)]
        );
        assert_eq!((ended[1].output.as_str(), ended[2].output.as_str()), ("found\n", "no bears here\n"));
        assert_eq!(told.len(), 6);
    }

    #[tokio::test]
    async fn no_more_run_at_once_than_there_are_places() {
        let folder = tempfile::tempdir().unwrap();
        // Each fails where another one's mark is there.
        let list =
            "a = 'mkdir mark && sleep 0.1 && rmdir mark'\nb = 'mkdir mark && sleep 0.1 && rmdir mark'\n";
        let ended = run(folder.path(), parse(list, &[]).unwrap(), 1, |_| ()).await;
        assert!(ended.iter().all(|one| one.outcome == Outcome::Passed), "{ended:?}");
    }
}
