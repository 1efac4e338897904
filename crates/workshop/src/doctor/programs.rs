//! The programs that `data/programs.toml` lists: whether they are here, and of a version that serves.

use std::{path::Path, time::Duration};

use serde::Deserialize;
use tokio::task::JoinSet;

use super::{About, Finding, version::Version};
use crate::{Error, process};

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(rename = "program")]
    programs: Vec<Program>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    name: String,
    version: Vec<String>,
    least: String,
    #[serde(rename = "for")]
    purpose: String,
    mend: String,
    /// Whether `scripts/tool` brings it.
    #[serde(default)]
    by_tool: bool,
    /// The file without which nobody needs it.
    when: Option<String>,
}

/// What is here as it should be, and what is not.
pub(super) async fn look(root: &Path) -> Result<(Vec<String>, Vec<Finding>), Error> {
    let list: List = toml::from_str(include_str!("../../data/programs.toml"))
        .expect("the file is part of the program, and a test reads it");
    let has_tool = root.join("scripts/tool").is_file();
    let mut tasks = JoinSet::new();
    for (place, program) in list.programs.into_iter().enumerate() {
        if program.when.as_ref().is_some_and(|file| !root.join(file).exists()) {
            continue;
        }
        let least = least(root, &program)?;
        tasks.spawn(async move { (place, examine(&program, least.as_ref(), has_tool).await) });
    }
    let mut results = tasks.join_all().await;
    results.sort_by_key(|(place, _)| *place);
    let (mut good, mut findings) = (Vec::new(), Vec::new());
    for (_, result) in results {
        match result {
            Ok(program) => good.push(program),
            Err(finding) => findings.push(finding),
        }
    }
    Ok((good, findings))
}

/// The lowest version that serves; none where the repository is to say it and does not.
fn least(root: &Path, program: &Program) -> Result<Option<Version>, Error> {
    if let Some(version) = Version::find(&program.least) {
        return Ok(Some(version));
    }
    let path = root.join("Cargo.toml");
    if !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
    let line = text.lines().find(|line| line.starts_with(&format!("{} = ", program.least)));
    Ok(line.and_then(Version::find))
}

async fn examine(program: &Program, least: Option<&Version>, has_tool: bool) -> Result<String, Finding> {
    let finding = |what: String| Finding::new(About::Machine, what, program.mend.clone());
    let (name, purpose) = (&program.name, &program.purpose);
    let found = version_of(&program.version).await;
    let serves = found.as_ref().is_some_and(|version| least.is_none_or(|least| version >= least));
    match found {
        Some(version) if serves => Ok(format!("{name} {version}")),
        _ if program.by_tool && has_tool => Ok(format!("{name} (by scripts/tool)")),
        Some(version) => {
            let least = least.map(|least| format!("; {least} is the least that serves")).unwrap_or_default();
            Err(finding(format!("{name} is of version {version}{least}: it is for {purpose}")))
        }
        None => Err(finding(format!("{name} is missing: it is for {purpose}"))),
    }
}

async fn version_of(command: &[String]) -> Option<Version> {
    let (program, arguments) = command.split_first()?;
    let said = process::run(Path::new("."), Path::new(program), arguments, PATIENCE, "").await.ok()?;
    // Some print it on stderr.
    let text = said.stdout + &said.stderr;
    Version::find(&text).filter(|_| said.is_success)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(command: &str, least: &str, by_tool: bool) -> Program {
        Program {
            name: "it".into(),
            version: ["sh", "-c", command].map(str::to_owned).to_vec(),
            least: least.into(),
            purpose: "tests".into(),
            mend: "install it".into(),
            by_tool,
            when: None,
        }
    }

    #[tokio::test]
    async fn a_program_is_there_or_too_old_or_missing() {
        let examine = async |command: &str, by_tool: bool| {
            examine(&program(command, "2.10", by_tool), Version::find("2.10").as_ref(), by_tool).await
        };
        assert_eq!(examine("echo it v2.10.3", false).await.unwrap(), "it 2.10.3");
        let old = examine("echo it v2.9.3", false).await.unwrap_err();
        assert_eq!(old.what, "it is of version 2.9.3; 2.10 is the least that serves: it is for tests");
        let missing = examine("exit 127", false).await.unwrap_err();
        assert_eq!(
            (missing.what.as_str(), missing.mend.as_str()),
            ("it is missing: it is for tests", "install it")
        );
        assert_eq!(examine("exit 127", true).await.unwrap(), "it (by scripts/tool)");
    }

    #[tokio::test]
    async fn the_repository_says_which_rust_it_wants() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), "[workspace.package]\nrust-version = \"99.5\"\n")
            .unwrap();
        let (_, findings) = look(folder.path()).await.unwrap();
        let rustc = findings.iter().find(|finding| finding.what.starts_with("rustc is of version")).unwrap();
        assert!(rustc.what.contains("99.5 is the least that serves"), "{rustc:?}");
        assert!(findings.iter().all(|finding| !finding.what.starts_with("node ")), "nobody needs it here");
    }
}
