//! What would be written, edited and run, and doing it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use serde::Serialize;

use crate::{Error, process};

/// How long a program may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// Everything that is to happen, in this order: files, edits, programs.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Plan {
    /// Files that are not there yet.
    pub writes: Vec<Write>,
    /// Files that get an entry more.
    pub edits: Vec<Edit>,
    /// Programs that make the rest of that.
    pub steps: Vec<Step>,
}

/// A new file.
#[derive(Debug, Clone, Serialize)]
pub struct Write {
    /// Its path from the root.
    pub path: String,
    /// What is in it.
    #[serde(skip)]
    pub text: String,
    /// What it leads to, where it is a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether it can be run.
    #[serde(skip)]
    pub is_executable: bool,
}

impl Write {
    /// A file with this text.
    pub(crate) fn file(path: String, text: String) -> Self {
        Self { path, text, link: None, is_executable: false }
    }
}

/// A file with an entry more.
#[derive(Debug, Clone, Serialize)]
pub struct Edit {
    /// Its path from the root.
    pub path: String,
    /// The entry.
    pub entry: String,
    /// What is in it then.
    #[serde(skip)]
    pub text: String,
}

/// A program that is run.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What it is for.
    pub why: &'static str,
    /// The same, in case that does not succeed: with the network, for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Vec<String>>,
}

/// What was done.
#[derive(Debug, Clone, Serialize)]
pub struct Done {
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
    /// Whether nothing of it was done.
    pub is_dry_run: bool,
}

impl Step {
    /// A program and its arguments, and what it is for.
    pub(crate) fn new(command: &[&str], why: &'static str) -> Self {
        Self { command: command.iter().map(|&word| word.to_owned()).collect(), why, otherwise: None }
    }

    async fn run(&self, root: &Path) -> Result<(), Error> {
        let first = run(root, &self.command).await;
        match (first, &self.otherwise) {
            (Err(_), Some(otherwise)) => run(root, otherwise).await,
            (result, _) => result,
        }
    }
}

impl Plan {
    /// Does it in the repository at this folder, telling each program before it runs.
    pub async fn carry_out(&self, root: &Path, mut tell: impl FnMut(&Step)) -> Result<(), Error> {
        for write in &self.writes {
            let path = root.join(&write.path);
            let folder = path.parent().unwrap_or(root);
            fs::create_dir_all(folder).map_err(Error::file(folder))?;
            match &write.link {
                Some(target) => std::os::unix::fs::symlink(target, &path),
                None => fs::write(&path, &write.text),
            }
            .map_err(Error::file(&path))?;
            if write.is_executable {
                let mode = fs::Permissions::from_mode(0o755);
                fs::set_permissions(&path, mode).map_err(Error::file(&path))?;
            }
        }
        for edit in &self.edits {
            let path = root.join(&edit.path);
            fs::write(&path, &edit.text).map_err(Error::file(&path))?;
        }
        for step in &self.steps {
            tell(step);
            step.run(root).await?;
        }
        Ok(())
    }
}

async fn run(root: &Path, command: &[String]) -> Result<(), Error> {
    const HINT: &str =
        "The files are written, as `git status` shows. Mend what it names, and run the program again";
    let (program, arguments) = command.split_first().expect("every step names a program");
    process::run(root, Path::new(program), arguments, PATIENCE, HINT).await?.expect(HINT).map(drop)
}
