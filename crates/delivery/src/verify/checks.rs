//! The gate `checks`: what the code host's checks say of the source commit.

use super::{Outcome, Verdict, gates};
use crate::{
    Access, CommitId, Config, Error, Repository,
    code_host::{Check, CheckState, Hosted},
};

/// Asks the host of the repository's remote.
pub(super) async fn judge(
    repository: &Repository,
    config: &Config,
    access: &Access,
    names: &[String],
    source: &CommitId,
) -> Verdict {
    match ask(repository, config, access, source).await {
        Ok(Some((host, checks))) => compare(host, names, &checks, source),
        Ok(None) => {
            let why = "the address of the remote names no host with checks: `host` in argosy.toml does";
            (Outcome::Absent, why.into())
        }
        Err(error) => gates::unknown(&error),
    }
}

async fn ask(
    repository: &Repository,
    config: &Config,
    access: &Access,
    source: &CommitId,
) -> Result<Option<(&'static str, Vec<Check>)>, Error> {
    let url = repository.remote_url(&config.remote).await?;
    let Some(host) = Hosted::of(config, &url, access)? else { return Ok(None) };
    let checks = host.checks(source).await?;
    Ok(Some((host.name(), checks)))
}

/// All of them, or those of these names, which there have to be.
fn compare(host: &str, names: &[String], checks: &[Check], source: &CommitId) -> Verdict {
    if checks.is_empty() && names.is_empty() {
        return (Outcome::Absent, format!("{host} has no checks of {source}"));
    }
    let is_wanted = |check: &&Check| names.is_empty() || names.contains(&check.name);
    let wanted: Vec<&Check> = checks.iter().filter(is_wanted).collect();
    let missing = names.iter().filter(|name| wanted.iter().all(|check| &check.name != *name));
    let mut wrong: Vec<String> = missing.map(|name| format!("{name} has not run")).collect();
    wrong.extend(wanted.iter().filter_map(|check| match check.state {
        CheckState::Green => None,
        CheckState::Running => Some(format!("{} has not ended", check.name)),
        CheckState::Red => Some(format!("{} is red", check.name)),
    }));
    if wrong.is_empty() {
        return (Outcome::Pass, format!("{host}: {} checks of {} are green", wanted.len(), source.short()));
    }
    (Outcome::Fail, format!("{host} on {}: {}", source.short(), wrong.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_has_to_be_there_and_green() {
        let check = |name: &str, state| Check { name: name.into(), state };
        let checks = [
            check("test", CheckState::Green),
            check("lint", CheckState::Red),
            check("slow", CheckState::Running),
        ];
        let source: CommitId = "a".repeat(40).parse().unwrap();
        for (names, checks, outcome, says) in [
            (vec![], &checks[..1], Outcome::Pass, "1 checks of aaaaaaaaaa are green"),
            (vec!["test"], &checks[..], Outcome::Pass, "1 checks"),
            (vec![], &checks[..], Outcome::Fail, "lint is red, slow has not ended"),
            (vec!["scan"], &checks[..], Outcome::Fail, "scan has not run"),
            (vec!["test"], &[][..], Outcome::Fail, "test has not run"),
            (vec![], &[][..], Outcome::Absent, "has no checks"),
        ] {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            let (found, evidence) = compare("GitHub", &names, checks, &source);
            assert!(found == outcome && evidence.contains(says), "{names:?}: {evidence}");
        }
    }
}
