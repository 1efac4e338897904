//! The files of a repository, as Git knows them, committed or not.

use std::{path::Path, time::Duration};

use crate::{Error, process};

const PATIENCE: Duration = Duration::from_secs(60);

/// Those of these patterns, from the repository's root.
pub(crate) async fn files(root: &Path, patterns: &[&str]) -> Result<Vec<String>, Error> {
    let question = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
    let question = [&question[..], patterns].concat();
    let hint = "Run it in a repository";
    let said = process::run(root, Path::new("git"), &question, PATIENCE, hint).await?;
    Ok(said.expect(hint)?.split_terminator('\0').map(str::to_owned).collect())
}
