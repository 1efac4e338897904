//! Finds the servers' programs on this machine.

use std::path::{Path, PathBuf};

use anyhow::bail;

/// The oldest PostgreSQL that serves.
pub const POSTGRES_MIN_VERSION: u32 = 15;

/// Programs of PostgreSQL that are needed.
const NEEDED: [&str; 4] = ["postgres", "initdb", "pg_ctl", "pg_isready"];

/// Folders where servers stand that are not on everybody's PATH.
const SERVER_FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/opt/homebrew/bin"];

/// The first of these programs that is on the PATH or among the servers.
pub fn program(names: &[&str], package: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> =
        std::env::split_paths(&path).chain(SERVER_FOLDERS.iter().map(PathBuf::from)).collect();
    for name in names {
        if let Some(found) = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()) {
            return Ok(found);
        }
    }
    bail!("{} is not installed: install {package}, or run `make deps`", names.join(" or "))
}

/// The folder of the newest PostgreSQL's programs.
pub fn postgres_programs() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
    ] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            let version = entry.file_name().to_string_lossy().strip_prefix(prefix).and_then(|text| text.parse().ok());
            if let Some(version) = version {
                found.push((version, entry.path().join("bin")));
            }
        }
    }
    // A link to the server alone may stand on the PATH; the other programs stand where it leads.
    if let Ok(on_path) = program(&["postgres"], "PostgreSQL")
        && let Ok(server) = on_path.canonicalize()
        && let Some(folder) = server.parent()
        && let Some(version) = version_of(&server)
    {
        found.push((version, folder.to_owned()));
    }
    let is_complete = |folder: &Path| NEEDED.iter().all(|program| folder.join(program).is_file());
    found.retain(|(version, folder)| *version >= POSTGRES_MIN_VERSION && is_complete(folder));
    match found.into_iter().max() {
        Some((_, folder)) => Ok(folder),
        None => bail!(
            "PostgreSQL {POSTGRES_MIN_VERSION} or later is not installed: install postgresql, or run `make deps`"
        ),
    }
}

/// From `postgres (PostgreSQL) 15.18 (Debian ...)`.
fn version_of(postgres: &Path) -> Option<u32> {
    let output = std::process::Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(2)?.split('.').next()?.parse().ok()
}
