//! The user that servers run as: PostgreSQL refuses root.

use std::{io, os::unix::fs::chown, path::Path};

use crate::{Error, error::Doing as _};

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
pub fn unprivileged() -> Result<Option<User>, Error> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").doing(|| "read /etc/passwd".into())?;
    let user = CANDIDATES.iter().find_map(|name| find(&passwd, name));
    user.map(Some)
        .ok_or(Error::Options("there is no user postgres or nobody, and PostgreSQL does not run as root"))
}

fn find(passwd: &str, name: &str) -> Option<User> {
    let mut fields = passwd.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
    Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
}

/// Makes the server's user the owner of a file or folder.
pub(crate) fn give(path: &Path, user: Option<User>) -> io::Result<()> {
    match user {
        Some(user) => chown(path, Some(user.uid), Some(user.gid)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_user_of_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n";
        assert_eq!(find(passwd, "nobody"), Some(User { uid: 65534, gid: 65533 }));
        assert_eq!(find(passwd, "postgres"), None);
    }
}
