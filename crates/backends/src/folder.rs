//! The folder of a server: owned by the user that it runs as, closed to all others, held by one owner at a time.

use std::{
    fmt::Write as _,
    fs::{self, File, Permissions, TryLockError},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use crate::{
    Error,
    error::Doing as _,
    leftover,
    user::{self, User},
};

/// Where root keeps folders that the server's user could not reach where they were wanted.
const ELSEWHERE: &str = "/var/lib/argosy";
/// A log above this size is put aside when the server starts; one older log is kept.
const MAX_LOG_BYTES: u64 = 10 * 1024 * 1024;

/// A server's folder, held until it is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    user: Option<User>,
    /// Locked while this process lives: the machine lets go of it even where the process is killed.
    _lock: File,
}

impl Folder {
    /// Makes the folder, or takes it over from an owner that has ended.
    pub(crate) fn open(wanted: &Path) -> Result<Self, Error> {
        let user = user::unprivileged()?;
        let wanted = &absolute(wanted)?;
        let path = folder_for(wanted)?;
        fs::create_dir_all(&path).doing(|| format!("create {}", path.display()))?;
        fs::set_permissions(&path, Permissions::from_mode(0o700))
            .and_then(|()| user::give(&path, user))
            .doing(|| format!("close {} to other users", path.display()))?;
        let lock_path = path.join("lock");
        let lock = File::options()
            .create(true)
            .append(true)
            .open(&lock_path)
            .doing(|| format!("open {}", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse { folder: path }),
            Err(TryLockError::Error(error)) => {
                return Err(error).doing(|| format!("lock {}", lock_path.display()));
            }
        }
        let folder = Self { path, user, _lock: lock };
        if folder.path != *wanted {
            folder.link(wanted)?;
        }
        Ok(folder)
    }

    /// Leaves a link where the folder was wanted. Where there is none, somebody has removed it to forget what it led to.
    fn link(&self, wanted: &Path) -> Result<(), Error> {
        if wanted.symlink_metadata().is_ok() {
            return Ok(());
        }
        if leftover::read_pid(&self.file("pid")).is_some_and(|pid| leftover::belongs_to(pid, &self.path)) {
            return Err(Error::InUse { folder: self.path.clone() });
        }
        let clear = || {
            for entry in fs::read_dir(&self.path)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    fs::remove_dir_all(entry.path())?;
                } else if entry.file_name() != "lock" {
                    fs::remove_file(entry.path())?;
                }
            }
            symlink(&self.path, wanted)
        };
        clear().doing(|| format!("link {} to an empty {}", wanted.display(), self.path.display()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn user(&self) -> Option<User> {
        self.user
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file that the server's user alone can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.file(name);
        // Written apart and moved: a server that reloads never reads half a file.
        let new = self.file(&format!("{name}.new"));
        fs::write(&new, "")
            .and_then(|()| fs::set_permissions(&new, Permissions::from_mode(0o600)))
            .and_then(|()| fs::write(&new, text))
            .and_then(|()| user::give(&new, self.user))
            .and_then(|()| fs::rename(&new, &path))
            .doing(|| format!("write {}", path.display()))
    }

    /// The server's log, after an old one that grew large was put aside.
    pub(crate) fn log(&self) -> PathBuf {
        let log = self.file("log");
        if log.metadata().is_ok_and(|file| file.len() > MAX_LOG_BYTES) {
            // Where it cannot be moved, it goes on growing: better than no server.
            let _ = fs::rename(&log, self.file("log.1"));
        }
        log
    }
}

/// Where the folder `wanted` really is: where root runs servers as another user, and a folder above `wanted` keeps that
/// user out, as /root does, it is one under /var/lib/argosy, and `wanted` becomes a link to it.
pub fn folder_for(wanted: &Path) -> Result<PathBuf, Error> {
    let wanted = absolute(wanted)?;
    let reachable = user::unprivileged()?.is_none() || is_reachable(&wanted);
    Ok(if reachable { wanted } else { elsewhere(&wanted) })
}

/// Removes a server's folder, wherever it really is. Nothing may run in it.
pub fn remove_folder(wanted: &Path) -> Result<(), Error> {
    let _held = Folder::open(wanted)?;
    let wanted = absolute(wanted)?;
    let path = folder_for(&wanted)?;
    if path != wanted && wanted.is_symlink() {
        fs::remove_file(&wanted).doing(|| format!("remove {}", wanted.display()))?;
    }
    fs::remove_dir_all(&path).doing(|| format!("remove {}", path.display()))
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).doing(|| format!("find {}", path.display()))
}

/// One name for a whole path: letters and digits stay, `/` becomes `-`, all else its hexadecimal number.
fn elsewhere(wanted: &Path) -> PathBuf {
    let mut name = String::new();
    for byte in wanted.to_string_lossy().trim_start_matches('/').bytes() {
        match byte {
            b'/' => name.push('-'),
            byte if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
            byte => {
                let _ = write!(name, "_{byte:02x}");
            }
        }
    }
    Path::new(ELSEWHERE).join(name)
}

/// Whether everybody may pass through every folder above.
fn is_reachable(path: &Path) -> bool {
    path.ancestors()
        .skip(1)
        .filter_map(|folder| folder.metadata().ok())
        .all(|folder| folder.mode() & 0o001 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_a_name_each() {
        assert_eq!(elsewhere(Path::new("/root/a/b")), Path::new("/var/lib/argosy/root-a-b"));
        assert_eq!(elsewhere(Path::new("/root/a-b")), Path::new("/var/lib/argosy/root-a_2db"));
    }

    #[test]
    fn a_closed_folder_above_keeps_others_out() {
        let open = tempfile::tempdir().unwrap();
        fs::set_permissions(open.path(), Permissions::from_mode(0o755)).unwrap();
        assert!(is_reachable(&open.path().join("postgres")));
        fs::set_permissions(open.path(), Permissions::from_mode(0o700)).unwrap();
        assert!(!is_reachable(&open.path().join("postgres")));
    }

    #[test]
    fn one_owner_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
        let wanted = parent.path().join("redis");
        let first = Folder::open(&wanted).unwrap();
        assert!(matches!(Folder::open(&wanted), Err(Error::InUse { .. })));
        assert!(matches!(remove_folder(&wanted), Err(Error::InUse { .. })));
        drop(first);
        remove_folder(&wanted).unwrap();
        assert!(!wanted.exists());
    }
}
