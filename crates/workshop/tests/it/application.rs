//! `argosy new application`: a repository that builds by itself, and passes what this one passes.

use std::{fs, path::Path};

use argosy_delivery::Delivery;
use argosy_workshop::{ApplicationPlan, NewApplication, NewService};

use crate::{
    copy::{Copy, run},
    service::specimen,
};

fn fleet2(into: &Path) -> NewApplication {
    NewApplication {
        name: "fleet2".parse().unwrap(),
        service: "specimen".parse().unwrap(),
        description: Some("Says what amounts come to.".into()),
        into: into.to_owned(),
        registry: None,
        repository: Some("https://git.example/fleet2.git".into()),
    }
}

/// Makes it in a folder, and returns what was planned.
async fn make(copy: &Copy, into: &Path) -> ApplicationPlan {
    let platform = copy.delivery().await;
    let plan = fleet2(into).plan(&copy.delivery().await, Some(&platform)).await.unwrap();
    fs::create_dir_all(into).unwrap();
    run(into, "git", &["init", "--quiet", "--initial-branch=main"]);
    run(into, "git", &["config", "user.name", "Ada"]);
    run(into, "git", &["config", "user.email", "ada@example.com"]);
    plan.own.carry_out(into, |_| ()).await.unwrap();
    plan.platform.as_ref().unwrap().carry_out(copy.root(), |_| ()).await.unwrap();
    plan
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_renders_and_passes_the_policies() {
    let copy = Copy::new();
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("fleet2");
    make(&copy, &into).await;
    assert_eq!(run(&into, "git", &["status", "--porcelain"]), "", "everything is in its first commit");
    for (program, arguments) in [
        ("scripts/render", &["--check"][..]),
        ("scripts/charts-docs", &["--check"]),
        ("scripts/charts-test", &[]),
        ("scripts/policies", &[]),
        ("scripts/manifests", &[]),
    ] {
        run(&into, program, arguments);
    }
    for environment in ["local", "dev", "prod"] {
        let overlay = format!("kustomize/overlays/{environment}");
        let objects = run(&into, "scripts/tool", &["kustomize", "build", &overlay]);
        assert!(objects.contains("image: ghcr.io/fleet2/specimen@sha256:"), "{objects}");
        assert!(objects.contains("namespace: fleet2\n") && !objects.contains(" argosy\n"), "{objects}");
    }
    let readme = fs::read_to_string(into.join("README.md")).unwrap();
    assert!(readme.contains("was copied from https://github.com/argosy/argosy at "), "{readme}");
    // Names that were meant for the one that it is made of.
    let names = "part-of: argosy|name: argosy$|namespace: argosy|ghcr.io/argosy";
    let files = format!("git grep -lE '{names}' -- charts kustomize docker gitops '*.toml' || true");
    let files = run(&into, "sh", &["-c", &files]);
    assert_eq!(files, "");

    // It is of the same shape, so it takes one more service as this repository does.
    let own = Delivery::open(&into).await.unwrap();
    let second = NewService { name: "second-specimen".parse().unwrap(), description: None, ..specimen() };
    second.plan(&own).await.unwrap().carry_out(&into, |_| ()).await.unwrap();
    let objects = run(&into, "scripts/tool", &["kustomize", "build", "kustomize/overlays/dev"]);
    assert!(
        objects.contains("image: ghcr.io/fleet2/second-specimen@sha256:")
            && objects.contains("secretName: second-specimen-tls"),
        "{objects}"
    );
    run(&into, "scripts/manifests", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_ships_it() {
    let copy = Copy::new();
    let folder = tempfile::tempdir().unwrap();
    let plan = make(&copy, &folder.path().join("fleet2")).await;
    assert_eq!(copy.run("git", &["log", "-1", "--format=%s"]), "Let Argo CD ship fleet2\n");
    assert_eq!(copy.run("git", &["status", "--porcelain"]), "");
    assert_eq!(plan.platform.unwrap().edits.len(), 2);
    for (environment, automated) in [("dev", true), ("prod", false)] {
        let entry_point = format!("gitops/argocd/{environment}");
        let objects = copy.run("scripts/tool", &["kustomize", "build", &entry_point]);
        let set = objects
            .split("---\n")
            .find(|object| object.contains("kind: ApplicationSet") && object.contains("name: fleet2\n"))
            .unwrap();
        assert!(
            set.contains(&format!("path: kustomize/overlays/{environment}\n"))
                && set.contains("repoURL: https://git.example/fleet2.git")
        );
        assert_eq!(set.contains("automated:"), automated, "a person starts each sync of prod");
    }
    // What this repository's own environments may do is as it was.
    copy.run("scripts/tool", &["yaml-python", "gitops/check.py"]);
    let again =
        fleet2(&folder.path().join("other")).plan(&copy.delivery().await, Some(&copy.delivery().await)).await;
    assert!(
        again.unwrap_err().to_string().contains("there is 'fleet2' already: gitops/applications/fleet2/dev")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_something_in_it_is_left_alone() {
    let copy = Copy::new();
    let into = tempfile::tempdir().unwrap();
    fs::write(into.path().join("mine"), "").unwrap();
    let error = fleet2(into.path()).plan(&copy.delivery().await, None).await.unwrap_err();
    assert!(error.is_refusal() && error.to_string().contains("has something in it"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_compiles_without_a_warning_and_passes_its_tests() {
    let copy = Copy::new();
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fleet2");
    let _ = fs::remove_dir_all(&into);
    make(&copy, &into).await;
    run(&into, "cargo", &["fmt", "--all", "--check"]);
    run(&into, "cargo", &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let tests = run(&into, "cargo", &["test", "--locked", "--workspace"]);
    assert!(tests.contains("every_error_is_a_problem ... ok"), "{tests}");
}
