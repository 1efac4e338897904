//! Each thing that can be wrong has words of its own.

use argosy_delivery::{AuditRequest, Delivery, Error, ImageSet};
use chrono::Utc;

use crate::scratch::{CONFIG, Clone, Remote, digest, kustomization, services};

async fn set(clone: &Clone) -> Error {
    let request = ImageSet {
        environment: "dev".into(),
        images: vec![("api".into(), digest('1'))],
        ..ImageSet::default()
    };
    clone.delivery().await.set_images(&request).await.unwrap_err()
}

fn audit() -> AuditRequest {
    AuditRequest {
        environment: "dev".into(),
        at: None,
        since: None,
        fetch: false,
        follows: None,
        now: Utc::now(),
    }
}

#[tokio::test]
async fn an_unknown_service_and_an_unknown_environment() {
    let clone = Remote::new().clone();
    let error = clone.set("dev", "billing", '1', "HEAD").await.unwrap_err();
    assert_eq!(error, "argosy.toml names no service 'billing'; it names api, webapp");
    let error = clone.set("live", "api", '1', "HEAD").await.unwrap_err();
    assert_eq!(error, "argosy.toml names no environment 'live'; it names dev, prod");
    let error = clone.set("dev", "api", '1', "no-such-branch").await.unwrap_err();
    assert!(error.starts_with("'no-such-branch' is no commit of this repository"), "{error}");
}

#[tokio::test]
async fn no_repository_and_no_configuration() {
    let folder = tempfile::TempDir::new().unwrap();
    let error = Delivery::open(folder.path()).await.unwrap_err().to_string();
    assert!(error.ends_with("is not in a Git repository"), "{error}");
    let clone = Remote::new().clone();
    std::fs::remove_file(clone.path("argosy.toml")).unwrap();
    let error = Delivery::open(&clone.path("")).await.unwrap_err().to_string();
    assert!(error.contains("argosy.toml does not exist"), "{error}");
}

#[tokio::test]
async fn a_missing_remote_and_a_missing_branch() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.write("argosy.toml", &CONFIG.replace("\"main\"", "\"live\""));
    let error = set(&clone).await.to_string();
    assert!(error.starts_with("origin has no branch 'live': push it first"), "{error}");
    clone.git(&["remote", "remove", "origin"]);
    let error = set(&clone).await.to_string();
    assert!(error.starts_with("this repository has no remote 'origin': `git remote add origin"), "{error}");
}

#[tokio::test]
async fn a_remote_that_is_not_there() {
    let remote = Remote::new();
    let clone = remote.clone();
    drop(remote);
    let error = set(&clone).await.to_string();
    assert!(error.starts_with("origin cannot be read: "), "{error}");
}

#[tokio::test]
async fn a_detached_head_matters_only_where_no_branch_is_named() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.git(&["checkout", "--quiet", "--detach"]);
    clone.write("argosy.toml", &CONFIG.replace("branch = \"main\"", ""));
    assert!(matches!(set(&clone).await, Error::DetachedHead));
    // As CI systems check commits out.
    clone.write("argosy.toml", CONFIG);
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
}

#[tokio::test]
async fn a_protected_branch_is_not_tried_again() {
    let remote = Remote::new();
    let clone = remote.clone();
    let count = remote.path().join("count");
    let script = "echo x >>count; echo 'GitLab: You are not allowed to push code to protected branches on this project.' >&2; exit 1";
    remote.hook("pre-receive", script);
    let error = set(&clone).await;
    assert!(matches!(error, Error::ProtectedBranch { .. }) && error.is_refusal(), "{error}");
    assert!(
        error.to_string().contains("origin protects 'main' from pushes: GitLab: You are not allowed"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(count).unwrap().lines().count(), 1);
}

#[tokio::test]
async fn a_refused_push_is_offered_three_times() {
    let remote = Remote::new();
    let clone = remote.clone();
    let head = remote.head();
    remote.hook("pre-receive", "echo x >>count; echo 'no room' >&2; exit 1");
    let error = set(&clone).await.to_string();
    assert!(error.starts_with("origin refused the commit 3 times: no room"), "{error}");
    assert_eq!(std::fs::read_to_string(remote.path().join("count")).unwrap().lines().count(), 3);
    assert_eq!(remote.head(), head);
}

#[tokio::test]
async fn overlays_that_were_edited_by_hand() {
    let line = format!("digest: \"{}\"", digest('0'));
    for (text, says) in [
        (
            kustomization().replacen(&line, "newTag: v7", 1),
            "names registry.example/team/api by the tag v7, not by a digest",
        ),
        (
            kustomization().replace("/webapp,", "/api,"),
            "registry.example/team/api stands twice under `images:`",
        ),
        (
            kustomization().replace("/api,", "/apj,"),
            "no kustomization in kustomize/overlays/dev has an entry",
        ),
        (
            kustomization() + "images: {\n",
            "kustomize/overlays/dev/services/kustomization.yaml cannot be read: ",
        ),
    ] {
        let remote = Remote::new();
        let clone = remote.clone();
        clone.publish(&services("dev"), &text, "By hand");
        let error = set(&clone).await.to_string();
        assert!(error.contains(says), "{says}: {error}");
    }
    let remote = Remote::new();
    let clone = remote.clone();
    clone.publish("kustomize/overlays/dev/holds.toml", "hold = 1", "By hand");
    let error = set(&clone).await.to_string();
    assert!(error.starts_with("kustomize/overlays/dev/holds.toml: "), "{error}");
}

#[tokio::test]
async fn a_rewritten_history_is_noticed_by_who_remembers_it() {
    let remote = Remote::new();
    let clone = remote.clone();
    let before = clone.publish("a", "1", "Taken away later");
    let other = remote.clone();
    other.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    other.write("b", "1");
    let now = other.commit("Instead");
    other.git(&["push", "--quiet", "--force", "origin", "main"]);

    let error = set(&clone).await.to_string();
    let says = format!("the history of 'main' was rewritten: it was at {before}, and is now at {now}");
    assert!(error.starts_with(&says), "{error}");
    let fetching =
        clone.delivery().await.audit(&AuditRequest { fetch: true, ..audit() }).await.unwrap_err().to_string();
    assert!(fetching.starts_with(&says), "{fetching}");
    // Whoever accepts it goes on, but an earlier report remembers.
    clone.git(&["fetch", "--quiet"]);
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    let follows = AuditRequest { follows: Some(before.clone()), ..audit() };
    let error = clone.delivery().await.audit(&follows).await.unwrap_err().to_string();
    assert!(error.contains(&format!("it was at {before}")), "{error}");
    let follows = AuditRequest { follows: Some(now), ..audit() };
    clone.delivery().await.audit(&follows).await.unwrap();
}

#[tokio::test]
async fn a_history_that_is_not_here() {
    let remote = Remote::new();
    remote.clone().set("dev", "api", '1', "HEAD").await.unwrap();
    let clone = remote.clone();
    let folder = tempfile::TempDir::new().unwrap();
    let url = format!("file://{}", remote.path().display());
    crate::scratch::run(folder.path(), &["clone", "--quiet", "--depth=1", &url, "."]);
    let delivery = Delivery::open(folder.path()).await.unwrap();
    assert!(matches!(delivery.audit(&audit()).await.unwrap_err(), Error::Shallow));
    assert!(clone.delivery().await.audit(&audit()).await.is_ok());
}

#[tokio::test]
async fn nobody_who_commits() {
    let clone = Remote::new().clone();
    clone.git(&["config", "user.name", ""]);
    let error = set(&clone).await.to_string();
    assert!(error.starts_with("Git does not know who commits: `git config user.name`"), "{error}");
}
