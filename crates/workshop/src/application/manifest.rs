//! `Cargo.toml` of the new workspace, of that of the repository that it is made of.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, TableLike, value};

use crate::{Error, Shape, service::DEPENDENCIES};

/// The crates that are copied.
const CRATES: [&str; 2] = ["crates/problem/Cargo.toml", "crates/runtime/Cargo.toml"];

/// The workspace's: its lints and profiles, and the versions of what the copied crates and the template need.
pub(super) fn workspace(shape: &Shape) -> Result<String, Error> {
    let mut document = parse("Cargo.toml", &shape.read("Cargo.toml")?)?;
    let mut needed: BTreeSet<String> = DEPENDENCIES.map(str::to_owned).into();
    needed.insert("tempfile".into());
    for manifest in CRATES {
        let text = without_test_kit(&shape.read(manifest)?)?;
        for table in ["dependencies", "dev-dependencies"] {
            let document = parse(manifest, &text)?;
            let names = document.get(table).and_then(|item| item.as_table_like());
            needed.extend(names.into_iter().flat_map(TableLike::iter).map(|(name, _)| name.to_owned()));
        }
    }
    let workspace = &mut document["workspace"];
    workspace["members"] = value(["crates/*", "services/*"].into_iter().collect::<Array>());
    workspace["package"]["version"] = value("0.1.0");
    if let Some(dependencies) = workspace["dependencies"].as_table_like_mut() {
        let names: Vec<String> = dependencies.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names.iter().filter(|name| !needed.contains(*name)) {
            dependencies.remove(name);
        }
    }
    // Those of dependencies that are not there any more would be warned of.
    let packages = document.get_mut("profile").and_then(|profile| profile.get_mut("dev")?.get_mut("package"));
    if let Some(packages) = packages.and_then(|item| item.as_table_like_mut()) {
        let names: Vec<String> = packages.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names.iter().filter(|name| *name != "*") {
            packages.remove(name);
        }
    }
    Ok(document.to_string())
}

/// A crate's without what only its integration tests need, which are not copied.
pub(super) fn without_test_kit(text: &str) -> Result<String, Error> {
    let mut document = parse("crates/runtime/Cargo.toml", text)?;
    if let Some(table) = document.get_mut("dev-dependencies").and_then(|item| item.as_table_like_mut()) {
        for name in ["argosy-testkit", "futures", "reqwest"] {
            table.remove(name);
        }
    }
    Ok(document.to_string())
}

fn parse(path: &str, text: &str) -> Result<DocumentMut, Error> {
    text.parse().map_err(|error| Error::OtherShape { missing: format!("{path} is no TOML: {error}") })
}
