//! What a command that writes has written, or would.

use serde::Serialize;

use crate::{CommitId, Digest, EnvironmentName, ServiceName, git::NewFile, swap::Swapped};

/// What came of a command that writes.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// The environment.
    pub environment: EnvironmentName,
    /// The branch it is on.
    pub branch: String,
    /// The commit that was pushed; none where there was nothing to do, or `--dry-run`.
    pub commit: Option<CommitId>,
    /// The commit that it is upon.
    pub parent: CommitId,
    /// How often it was tried until nobody else was faster.
    pub tries: usize,
    /// What changes.
    pub changes: Vec<WrittenChange>,
    /// What is as it was wanted already.
    pub unchanged: Vec<ServiceName>,
    /// The commit's message.
    pub message: Option<String>,
    /// The lines that change, by file.
    pub lines: Vec<WrittenLine>,
}

/// A service whose digest changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenChange {
    /// The service.
    pub service: ServiceName,
    /// What it ran.
    pub before: Digest,
    /// What it runs.
    pub after: Digest,
}

/// A line of a file that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenLine {
    /// The file.
    pub file: String,
    /// What it was; none where it is new.
    pub before: Option<String>,
    /// What it is; none where it is gone.
    pub after: Option<String>,
}

/// What a plan is about.
#[derive(Debug, Default)]
pub(crate) struct About {
    pub(crate) changes: Vec<WrittenChange>,
    pub(crate) unchanged: Vec<ServiceName>,
    pub(crate) lines: Vec<WrittenLine>,
}

impl Written {
    pub(crate) fn of(environment: &EnvironmentName, branch: String, swapped: Swapped<About>) -> Self {
        let Swapped { commit, head, tries, plan } = swapped;
        Self {
            environment: environment.clone(),
            branch,
            commit,
            parent: head,
            tries,
            message: (!plan.files.is_empty()).then_some(plan.message),
            changes: plan.about.changes,
            unchanged: plan.about.unchanged,
            lines: plan.about.lines,
        }
    }
}

/// Services in a line that people can take in: beyond three they are counted.
pub(crate) fn in_words(services: &[&str]) -> String {
    match services.len() {
        0..=3 => services.join(", "),
        many => format!("{many} services"),
    }
}

/// The lines that differ, of files before and after.
pub(crate) fn lines(files: &[NewFile], before: impl Fn(&str) -> Option<String>) -> Vec<WrittenLine> {
    let mut lines = Vec::new();
    for file in files {
        let old = before(&file.path).unwrap_or_default();
        let new = file.text.clone().unwrap_or_default();
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        // Entries are exchanged in place, so what is equal is at both ends, but for several changed lines between.
        let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let tail = old[head..]
            .iter()
            .rev()
            .zip(new[head..].iter().rev())
            .take_while(|(old, new)| old == new)
            .count();
        let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
        for index in 0..old.len().max(new.len()) {
            let (before, after) = (old.get(index), new.get(index));
            if before != after {
                let text = |line: Option<&&str>| line.map(|line| (*line).to_owned());
                lines.push(WrittenLine { file: file.path.clone(), before: text(before), after: text(after) });
            }
        }
    }
    lines
}
