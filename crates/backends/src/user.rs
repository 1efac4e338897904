//! The user that servers run as: PostgreSQL refuses root.

use std::{
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use anyhow::Context as _;

/// Users that servers may run as where root starts them; the first that exists is taken.
const CANDIDATES: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// An unprivileged user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// The user's number.
    pub uid: u32,
    /// The number of its first group.
    pub gid: u32,
}

/// Whom servers run as: `None` where this process is not root and they may run as it does.
pub fn unprivileged() -> anyhow::Result<Option<User>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let find = |name: &str| {
        let mut fields = passwd.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
        Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    };
    let user = CANDIDATES.iter().find_map(|name| find(name));
    Ok(Some(user.context("there is no user postgres or nobody that PostgreSQL could run as")?))
}

/// Makes a folder that only the server's user can read, and returns where it is.
///
/// That is `wanted`, unless a folder above it keeps the user out, as /root does; then it is one under /var/lib/argosy.
pub fn private_folder(wanted: &Path, user: Option<User>) -> anyhow::Result<PathBuf> {
    let folder = match user {
        Some(_) if !is_reachable(wanted) => elsewhere(wanted),
        _ => wanted.to_owned(),
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    give(&folder, user)?;
    Ok(folder)
}

/// Where the folder for `wanted` is when `wanted` itself cannot be reached.
fn elsewhere(wanted: &Path) -> PathBuf {
    let name: String = wanted
        .to_string_lossy()
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
        .collect();
    Path::new("/var/lib/argosy").join(name.trim_matches('-'))
}

/// Makes the server's user the owner of a file or folder.
pub fn give(path: &Path, user: Option<User>) -> anyhow::Result<()> {
    if let Some(user) = user {
        chown(path, Some(user.uid), Some(user.gid))
            .with_context(|| format!("cannot give {} to the server's user", path.display()))?;
    }
    Ok(())
}

/// Whether everybody may pass through every folder above.
fn is_reachable(path: &Path) -> bool {
    path.ancestors().skip(1).filter_map(|folder| folder.metadata().ok()).all(|folder| folder.mode() & 0o001 != 0)
}
