//! Names that something has already: two things of one name would be found by nobody, or only in the cluster.

use crate::{Error, Shape};

/// Fails where the name is taken by a service, a folder, a crate, or an object of an environment.
pub(super) fn refuse(shape: &Shape, name: &str, package: &str) -> Result<(), Error> {
    let taken = |place: String| Err(Error::Taken { name: name.to_owned(), place });
    if shape.config().service(name).is_ok() {
        return taken("argosy.toml names it".into());
    }
    for folder in ["services", "charts", "kustomize/base"] {
        let folder = format!("{folder}/{name}");
        if shape.has(&folder) {
            return taken(folder);
        }
    }
    for parent in ["crates", "services"] {
        for manifest in shape.files(parent)?.iter().filter(|file| file.ends_with("/Cargo.toml")) {
            let text = shape.read(manifest)?;
            if text.lines().any(|line| line == format!("name = \"{package}\"")) {
                return taken(format!("{manifest} is the crate {package}"));
            }
        }
    }
    let line = format!("  name: {name}");
    for file in shape.files("kustomize")? {
        if shape.read(&file)?.lines().any(|there| there == line) {
            return taken(format!("{file} is an object of that name"));
        }
    }
    Ok(())
}
