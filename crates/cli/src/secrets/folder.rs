//! Secrets as files, for containers without a cluster: `api/seal-key` and so on.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
};

use anyhow::Context as _;

use super::make::{self, Data, Secrets, Wanted};

/// Makes what is missing. Each container has a user of its own and is given the folders that it needs, so their files can be read
/// by everybody who sees them.
pub(super) fn complete(folder: &Path, wanted: &Wanted) -> anyhow::Result<()> {
    let mut existing = Secrets::new();
    for name in wanted.names() {
        if let Some(data) = read(&folder.join(&name))? {
            existing.insert(name, data);
        }
    }
    for (name, data) in make::missing(&existing, wanted)? {
        let path = folder.join(&name);
        write(&path, &data).with_context(|| format!("cannot write {}", path.display()))?;
        eprintln!("{name} is made.");
    }
    Ok(())
}

/// What is in the folder; a volume that is mounted there is an empty one at first.
fn read(folder: &Path) -> anyhow::Result<Option<Data>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut data = Data::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path())
            .with_context(|| format!("cannot read {}", entry.path().display()))?;
        data.insert(entry.file_name().to_string_lossy().into_owned(), text);
    }
    Ok((!data.is_empty()).then_some(data))
}

fn write(folder: &Path, data: &Data) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    for (key, value) in data {
        let path = folder.join(key);
        fs::write(&path, value)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_folder_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("api")).unwrap();
        let wanted = Wanted {
            namespace: "argosy".into(),
            services: Vec::new(),
            hosts: Vec::new(),
            certificates: true,
        };
        complete(folder.path(), &wanted).unwrap();
        let key = fs::read_to_string(folder.path().join("api/seal-key")).unwrap();
        fs::remove_dir_all(folder.path().join("ingest")).unwrap();
        complete(folder.path(), &wanted).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("api/seal-key")).unwrap(), key);
        assert!(folder.path().join("ingest/token").is_file());
    }
}
