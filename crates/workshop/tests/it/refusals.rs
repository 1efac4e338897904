//! What `argosy new service` refuses, and with which words.

use std::fs;

use argosy_workshop::NewService;

use crate::{copy::Copy, service::specimen};

async fn refusal(copy: &Copy, service: &NewService) -> String {
    let error = service.plan(&copy.delivery().await).await.unwrap_err();
    assert!(error.is_refusal(), "{error}");
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_already_is_not_made_again() {
    let copy = Copy::new();
    for (name, place) in [
        ("api", "argosy.toml names it"),
        ("runtime", "crates/runtime/Cargo.toml is the crate argosy-runtime"),
        ("postgres", "is an object of that name"),
    ] {
        let service = NewService { name: name.parse().unwrap(), ..specimen() };
        let says = refusal(&copy, &service).await;
        assert!(says.starts_with(&format!("there is '{name}' already: ")) && says.contains(place), "{says}");
    }
    fs::create_dir_all(copy.root().join("charts/specimen")).unwrap();
    assert!(refusal(&copy, &specimen()).await.contains("charts/specimen. Take another name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_tree_with_changes_is_left_alone() {
    let copy = Copy::new();
    fs::write(copy.root().join("notes.txt"), "mine").unwrap();
    let says = refusal(&copy, &specimen()).await;
    assert!(
        says.contains("such as notes.txt: commit them first") && says.contains("--allow-dirty"),
        "{says}"
    );
    let allowed = NewService { allow_dirty: true, ..specimen() };
    assert!(allowed.plan(&copy.delivery().await).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_of_another_shape_is_told_what_it_lacks() {
    let copy = Copy::new();
    fs::remove_dir_all(copy.root().join("charts/library")).unwrap();
    fs::remove_dir_all(copy.root().join("kustomize/overlays/dev")).unwrap();
    copy.commit("Take parts away");
    let says = refusal(&copy, &specimen()).await;
    assert!(says.contains("no charts/library/Chart.yaml, no kustomize/overlays/dev."), "{says}");
    assert!(says.contains("docs/new-service.md"), "{says}");

    let copy = Copy::new();
    let manifest = copy.read("Cargo.toml").replace("\nclap = ", "\nclap-of-old = ");
    fs::write(copy.root().join("Cargo.toml"), manifest).unwrap();
    copy.commit("Take a dependency away");
    let says = refusal(&copy, &specimen()).await;
    assert!(says.contains("[workspace.dependencies] of Cargo.toml has no clap."), "{says}");

    let copy = Copy::new();
    let config = copy.read("argosy.toml").replace("ghcr.io/argosy", "registry.example:5000");
    fs::write(copy.root().join("argosy.toml"), config).unwrap();
    copy.commit("Take the folder away");
    let says = refusal(&copy, &specimen()).await;
    assert!(says.contains("no application's name at the end of registry"), "{says}");
}
