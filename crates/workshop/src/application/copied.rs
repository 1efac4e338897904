//! What an application shares with the repository that it is made of: copied, and called by its own name.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};

use super::manifest;
use crate::{Error, Shape, Write, service::Values, templates};

/// Files, and folders with all that is in them.
const SHARED: [&str; 35] = [
    ".editorconfig",
    ".hadolint.yaml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "charts/docs.py",
    "charts/library",
    "charts/test.py",
    "clippy.toml",
    "crates/problem",
    "crates/runtime/README.md",
    "crates/runtime/src",
    "deny.toml",
    "docker/compile",
    "kustomize/components/monitoring/networkpolicy.yaml",
    "kustomize/components/namespace",
    "kustomize/components/relaxed",
    "kustomize/components/tls-self-signed/authority.yaml",
    "kustomize/components/tls-self-signed/issuer-self-signed.yaml",
    "kustomize/components/tls-self-signed/issuer.yaml",
    "policy",
    "rustfmt.toml",
    "scripts/advisories",
    "scripts/bake-check",
    "scripts/charts",
    "scripts/charts-docs",
    "scripts/charts-test",
    "scripts/images",
    "scripts/manifests",
    "scripts/policies",
    "scripts/render",
    "scripts/schemas",
    "scripts/step",
    "scripts/tool",
    "Cargo.lock",
    "crates/runtime/Cargo.toml",
];
/// What is about the repository's own objects.
const ITS_OWN: [&str; 1] = ["policy/exceptions.yaml"];

/// The copies.
pub(super) fn copies(shape: &Shape, values: &Values) -> Result<Vec<Write>, Error> {
    let mut writes = Vec::new();
    for shared in SHARED {
        if !shape.has(shared) {
            // A repository may do without a licence, but what is missing of the rest shows in the new one's checks.
            continue;
        }
        let files =
            if shape.root().join(shared).is_dir() { shape.files(shared)? } else { vec![shared.to_owned()] };
        for path in files.into_iter().filter(|path| !ITS_OWN.contains(&path.as_str())) {
            let text = shape.read(&path)?;
            let text = match path.as_str() {
                "crates/runtime/Cargo.toml" => manifest::without_test_kit(&text)?,
                // Crates and policies are the platform's, under its name.
                path if path.starts_with("crates/") || path.starts_with("policy/") => text,
                "Cargo.lock" | "LICENSE-MIT" | "LICENSE-APACHE" => text,
                _ => renamed(&text, shape, values),
            };
            let mode =
                fs::metadata(shape.root().join(&path)).map_err(Error::file(&path))?.permissions().mode();
            writes.push(Write { is_executable: mode & 0o111 != 0, ..Write::file(path, text) });
        }
    }
    writes.push(Write::file("Cargo.toml".into(), manifest::workspace(shape)?));
    writes.push(Write::file("charts/schema.yaml".into(), schema(shape, values)?));
    Ok(writes)
}

/// A text in which the application stands where the one that it is made of stood.
fn renamed(text: &str, shape: &Shape, values: &Values) -> String {
    let (old, new) = (shape.application(), values.application.as_str());
    let registry = values.image.rsplit_once('/').map_or(new, |(registry, _)| registry);
    let mut text = text.replace(&shape.config().registry, registry);
    if let Ok(Some(home)) = shape.library("home") {
        text = text.replace(&home, &values.home);
    }
    for (before, after) in [
        ("part-of: ", ""),
        ("part-of=", ""),
        ("namespace: ", ""),
        ("--namespace ", ""),
        ("name: ", "\n"),
        ("name: ", "-ca\n"),
        ("name: ", "-self-signed\n"),
        ("secretName: ", "-ca\n"),
        ("${PUSH:-", "}"),
    ] {
        text = text.replace(&format!("{before}{old}{after}"), &format!("{before}{new}{after}"));
    }
    text
}

/// Of the rules for charts' values those that the application's chart has.
fn schema(shape: &Shape, values: &Values) -> Result<String, Error> {
    let chart = templates::fill("axum", &values.pairs())?;
    let chart = chart.into_iter().find(|(path, _)| path == "chart/values.yaml").map(|(_, text)| text);
    let mut paths = BTreeSet::new();
    for document in Yaml::load_from_str(&chart.unwrap_or_default()).unwrap_or_default() {
        collect(&document, "", &mut paths);
    }
    let mut kept = String::new();
    let (mut in_values, mut is_kept) = (false, true);
    for line in shape.read("charts/schema.yaml")?.split_inclusive('\n') {
        if !line.starts_with([' ', '\n']) {
            in_values = line.starts_with("values:");
            is_kept = true;
        } else if in_values && line.starts_with("  ") && !line.starts_with("   ") {
            let key = line.trim_start().split(':').next().unwrap_or_default();
            // A comment belongs to what comes after it.
            is_kept = !key.starts_with('#') && paths.contains(key);
        }
        if is_kept {
            kept.push_str(line);
        }
    }
    Ok(kept)
}

fn collect(node: &Yaml<'_>, prefix: &str, paths: &mut BTreeSet<String>) {
    let Yaml::Mapping(mapping) = node else { return };
    for (key, value) in mapping {
        let Yaml::Value(Scalar::String(key)) = key else { continue };
        let path = if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") };
        collect(value, &path, paths);
        paths.insert(path);
    }
}
