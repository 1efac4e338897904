//! Somebody with a clone of the repository: a person, or the pipeline.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Output,
};

use anyhow::Context as _;
use tokio::process::Command;

use crate::process::{output, run};

/// What would let a clone reach something that is no part of the rehearsal, or be told by whoever called it.
const FOREIGN: [&str; 9] = [
    "ARGOSY_TOKEN",
    "BITBUCKET_TOKEN",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GITLAB_TOKEN",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "SYSTEM_ACCESSTOKEN",
];

/// Whom commits name, and the folder of the clone.
pub(super) struct Person {
    name: &'static str,
    pub(super) folder: PathBuf,
    argosy: PathBuf,
}

impl Person {
    /// Makes this folder a clone. Files that are there and equal stay as they are, so that what was compiled of them is not compiled again.
    pub(super) async fn cloning(
        remote: &str,
        folder: PathBuf,
        name: &'static str,
        argosy: &Path,
    ) -> anyhow::Result<Self> {
        match fs::remove_dir_all(folder.join(".git")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&folder)?,
        }
        let person = Self { name, folder, argosy: argosy.to_owned() };
        person.git(&["init", "--quiet", "--initial-branch=main"]).await?;
        person.git(&["config", "user.name", name]).await?;
        let email = format!("{}@example.invalid", name.to_lowercase());
        person.git(&["config", "user.email", &email]).await?;
        person.git(&["remote", "add", "origin", remote]).await?;
        person.git(&["fetch", "--quiet", "origin"]).await?;
        person.git(&["reset", "--quiet", "origin/main"]).await?;
        person.git(&["reset", "--quiet", "--hard"]).await?;
        person.git(&["clean", "--quiet", "--force", "-d"]).await?;
        person.git(&["branch", "--quiet", "--set-upstream-to=origin/main"]).await?;
        Ok(person)
    }

    /// What Git prints.
    pub(super) async fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        run(self.command("git").args(arguments)).await
    }

    /// Brings the clone up to date; its head.
    pub(super) async fn pull(&self) -> anyhow::Result<String> {
        self.git(&["pull", "--quiet", "--rebase"]).await?;
        self.git(&["rev-parse", "HEAD"]).await
    }

    /// Commits everything and pushes it upon what others have pushed.
    pub(super) async fn push(&self, message: &str) -> anyhow::Result<()> {
        self.say(&format!("git commit --all --message '{message}' && git pull --rebase && git push"));
        self.git(&["commit", "--quiet", "--all", "--message", message]).await?;
        self.pull().await?;
        self.git(&["push", "--quiet", "origin", "main"]).await.map(drop)
    }

    /// Runs `argosy` in the clone, and says so; what it prints.
    pub(super) async fn argosy(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.say(&format!("argosy {}", shown(arguments)));
        run(&mut self.quiet(arguments)).await
    }

    /// Runs `argosy` without saying so; what it prints, as JSON.
    pub(super) async fn ask(&self, arguments: &[&str]) -> anyhow::Result<serde_json::Value> {
        let text = run(&mut self.quiet(&[arguments, &["--json"]].concat())).await?;
        serde_json::from_str(&text).with_context(|| format!("argosy {} prints no JSON", arguments.join(" ")))
    }

    /// Runs `argosy`, whatever it ends with.
    pub(super) async fn try_argosy(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        self.say(&format!("argosy {}", shown(arguments)));
        output(&mut self.quiet(arguments)).await
    }

    /// Runs `make` in the clone, and says so; what it says.
    pub(super) async fn make(&self, arguments: &[&str]) -> anyhow::Result<()> {
        self.say(&format!("make {}", arguments.join(" ")));
        run(self.command("make").arg("--silent").args(arguments)).await.map(drop)
    }

    /// Tells what this one does.
    pub(super) fn say(&self, what: &str) {
        eprintln!("  {:9} {what}", self.name);
    }

    /// A program, to be run in the clone.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("ARGOSY", &self.argosy);
        for (key, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")] {
            command.env(key, value);
        }
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
    }

    /// By the script that pipelines use, which finds Kustomize.
    fn quiet(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("scripts/argosy");
        command.args(arguments);
        command
    }
}

/// Words of a command line, those with spaces in quotes, and commits and digests cut short.
fn shown(arguments: &[&str]) -> String {
    let is_commit = |word: &str| word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |word: &&str| match word.split_once("sha256:") {
        Some((before, digest)) => format!("{before}sha256:{}…", &digest[..digest.len().min(12)]),
        None if is_commit(word) => word[..10].to_owned(),
        None if word.contains(' ') => format!("'{word}'"),
        None => (*word).to_owned(),
    };
    arguments.iter().map(word).collect::<Vec<_>>().join(" ")
}
