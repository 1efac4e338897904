//! Finds the servers' programs on this machine.

use std::path::{Path, PathBuf};

use crate::Error;

/// The oldest PostgreSQL that serves.
pub const POSTGRES_MIN_VERSION: u32 = 15;

/// Programs of PostgreSQL that are needed.
const NEEDED: [&str; 4] = ["postgres", "initdb", "pg_isready", "psql"];
/// Folders where servers stand that are not on everybody's PATH.
const SERVER_FOLDERS: [&str; 5] =
    ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/sbin", "/opt/homebrew/bin"];

/// The first of these programs that is on the PATH or among the servers; `package` is what to install where none is.
pub fn program(names: &[&str], package: &'static str) -> Result<PathBuf, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> =
        std::env::split_paths(&path).chain(SERVER_FOLDERS.iter().map(PathBuf::from)).collect();
    for name in names {
        if let Some(found) = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()) {
            return Ok(found);
        }
    }
    Err(Error::NotInstalled { programs: names.join(" or "), package })
}

/// The folder of PostgreSQL's programs: those of `version` where data of that version is there already, else the newest.
pub fn postgres_programs(version: Option<u32>) -> Result<PathBuf, Error> {
    installed_postgres()
        .into_iter()
        .filter(|(found, _)| version.is_none_or(|version| version == *found))
        .max()
        .map(|(_, folder)| folder)
        .ok_or_else(|| Error::NotInstalled {
            programs: format!("PostgreSQL {POSTGRES_MIN_VERSION} or later"),
            package: "postgresql",
        })
}

/// A program that talks to a server, such as `psql`: the one beside this server's programs, else that of the newest that is installed.
pub fn postgres_client(programs: &Path, name: &str) -> Result<PathBuf, Error> {
    let own = programs.join(name);
    if own.is_file() { Ok(own) } else { Ok(postgres_programs(None)?.join(name)) }
}

/// Every PostgreSQL that serves, with its version.
fn installed_postgres() -> Vec<(u32, PathBuf)> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix, programs) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
    ] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if let Some(version) = name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse().ok()) {
                found.push((version, entry.path().join(programs)));
            }
        }
    }
    for folder in [on_path(), told_by_pg_config()].into_iter().flatten() {
        if let Some(version) = version_of(&folder.join("postgres")) {
            found.push((version, folder));
        }
    }
    let is_complete = |folder: &Path| NEEDED.iter().all(|program| folder.join(program).is_file());
    found.retain(|(version, folder)| *version >= POSTGRES_MIN_VERSION && is_complete(folder));
    found
}

/// The folder of the `postgres` on the PATH. A link is followed: its neighbours are beside the program itself.
fn on_path() -> Option<PathBuf> {
    let program = program(&["postgres"], "postgresql").ok()?.canonicalize().ok()?;
    program.parent().map(Path::to_owned)
}

fn told_by_pg_config() -> Option<PathBuf> {
    let output = std::process::Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// From `postgres (PostgreSQL) 15.18 (Debian ...)`.
fn version_of(postgres: &Path) -> Option<u32> {
    let output = std::process::Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(2)?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_program_on_the_path() {
        assert!(program(&["no-such-program", "sh"], "a shell").is_ok_and(|path| path.ends_with("sh")));
    }

    #[test]
    fn says_which_package_has_a_missing_program() {
        let error = program(&["no-such-server", "nor-this-one"], "the-package").unwrap_err().to_string();
        assert_eq!(
            error,
            "no-such-server or nor-this-one is not installed: install the-package, or run `make deps`"
        );
    }

    #[test]
    fn takes_a_client_of_another_version_where_the_server_has_none() {
        let bare = Path::new("/nowhere");
        assert_eq!(
            postgres_client(bare, "psql").ok(),
            postgres_programs(None).map(|folder| folder.join("psql")).ok()
        );
    }

    #[test]
    fn refuses_a_postgres_of_another_version() {
        assert!(matches!(postgres_programs(Some(7)), Err(Error::NotInstalled { .. })));
    }
}
