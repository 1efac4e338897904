//! `diff`, by the real Kustomize.

use argosy_delivery::{Diff, DiffRequest, Error};

use crate::scratch::{Clone, Remote, services};

fn environments(work_tree: bool) -> DiffRequest {
    DiffRequest::Environments { left: "dev".into(), right: "prod".into(), at: None, work_tree }
}

async fn diff(clone: &Clone, request: &DiffRequest) -> Diff {
    clone.delivery().await.diff(request).await.unwrap()
}

fn fields(diff: &Diff) -> Vec<String> {
    let findings = diff.findings.iter();
    findings
        .map(|finding| {
            format!("{} {} {}", finding.kind, finding.name, finding.field.as_deref().unwrap_or("-"))
        })
        .collect()
}

#[tokio::test]
async fn what_may_differ_is_no_finding() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    clone.git(&["pull", "--quiet", "--rebase"]);
    let equal = diff(&clone, &environments(false)).await;
    assert_eq!((fields(&equal).len(), equal.allowed.len()), (0, 1), "{equal:?}");
    assert_eq!(equal.allowed[0].why.as_deref(), Some("until it is promoted"));

    let patched = remote.file(&services("dev")) + "\nreplicas: [{name: api, count: 3}]\nnameSuffix: \"\"\n";
    clone.write(&services("dev"), &patched);
    let dirty = clone.delivery().await.diff(&environments(false)).await.unwrap_err();
    assert!(matches!(&dirty, Error::Dirty { files } if files == &services("dev")), "{dirty}");
    assert_eq!(fields(&diff(&clone, &environments(true)).await), ["Deployment api spec.replicas"]);
    let before = clone.git(&["rev-parse", "HEAD"]);
    let after = clone.commit("Three");
    assert_eq!(fields(&diff(&clone, &environments(false)).await), ["Deployment api spec.replicas"]);
    let at = DiffRequest::Environments {
        left: "dev".into(),
        right: "prod".into(),
        at: Some(before.clone()),
        work_tree: false,
    };
    assert_eq!(fields(&diff(&clone, &at).await), Vec::<String>::new());
    let commits = DiffRequest::Commits { left: before, right: after, environment: "dev".into() };
    assert_eq!(fields(&diff(&clone, &commits).await), ["Deployment api spec.replicas"]);
}

#[tokio::test]
async fn what_kustomize_cannot_build_is_in_its_words() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.write(&services("prod"), "resources: [nowhere]\n");
    clone.commit("Break it");
    let error = clone.delivery().await.diff(&environments(false)).await.unwrap_err().to_string();
    assert!(
        error.starts_with("kustomize build kustomize/overlays/prod failed: ") && error.contains("nowhere"),
        "{error}"
    );
}
