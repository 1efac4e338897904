//! This repository's own `argosy.toml`.

use std::path::Path;

use argosy_delivery::{Config, Gate};

#[test]
fn what_argosy_toml_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let config = Config::read(&root).unwrap();
    for service in &config.services {
        assert!(!service.paths.is_empty(), "{} changes with nothing", service.name);
        for path in service.paths.iter().chain(&service.migrations) {
            assert!(root.join(path).exists(), "{}: {path} is not there", service.name);
        }
    }
    for environment in &config.environments {
        assert!(root.join(config.overlay(&environment.name)).is_dir(), "{} has no overlay", environment.name);
    }
    for gate in config.environments.iter().flat_map(|environment| &environment.gates) {
        if let Gate::Signature { identity, issuer, key } = gate {
            let is_somebody = key.is_some() || (identity.is_some() && issuer.is_some());
            assert!(is_somebody, "anybody's signature would do");
        }
    }
    // What is not named there can be delivered by nobody.
    let folders = std::fs::read_dir(root.join(&config.overlays)).unwrap();
    for folder in folders {
        let name = folder.unwrap().file_name();
        assert!(config.environment(&name.to_string_lossy()).is_ok(), "argosy.toml does not name {name:?}");
    }
}
