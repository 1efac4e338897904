//! `argosy new`, `render`, `check` and `doctor`: words and exit codes. What they do is tested in argosy-workshop.

use std::{fs, path::Path, process::Output};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

const CONFIG: &str = "branch = \"main\"\nregistry = \"r.example/shop\"\n[[service]]\nname = \"api\"\n[[environment]]\nname = \"dev\"\n";
const CHECKS: &str =
    "good = 'true'\nbad = 'echo found it; exit 1'\nelsewhere = 'echo skipped: not here; exit 77'\n";
const RENDER: &str =
    "#!/bin/sh\n[ \"$1\" = --check ] && { echo '-old'; exit 1; }\necho kustomize/base/api/deployment.yaml\n";

async fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git").current_dir(folder).args(arguments).output().await.unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with checks, a service, and an environment of one object.
async fn repository() -> TempDir {
    let folder = TempDir::new().unwrap();
    git(folder.path(), &["init", "--quiet"]).await;
    let overlay = "kustomize/overlays/dev/kustomization.yaml";
    let object = "kustomize/overlays/dev/deployment.yaml";
    for (file, text) in [
        ("argosy.toml", CONFIG),
        ("checks.toml", CHECKS),
        ("scripts/render", RENDER),
        (overlay, "resources: [deployment.yaml]\nimages:\n  - {name: r.example/shop/api, newTag: latest}\n"),
        (
            object,
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: a, image: postgres:12}]}}}\n",
        ),
    ] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    // Kustomize comes by that where it is not in PATH.
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/tool");
    fs::copy(tool, folder.path().join("scripts/tool")).unwrap();
    let script = folder.path().join("scripts/render");
    fs::set_permissions(script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

async fn argosy(folder: &TempDir, arguments: &[&str]) -> Output {
    let command =
        Command::new(env!("CARGO_BIN_EXE_argosy")).current_dir(folder.path()).args(arguments).output();
    command.await.unwrap()
}

/// Fails unless it ends with this code and says these words.
async fn expect(folder: &TempDir, arguments: &[&str], code: i32, words: &[&str]) {
    let output = argosy(folder, arguments).await;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: {word} is not in\n{said}");
    }
}

#[tokio::test]
async fn checks_end_in_a_table_and_what_the_failing_ones_said() {
    let folder = repository().await;
    expect(&folder, &["check", "--only", "good"], 0, &["good             ok"]).await;
    let words = [
        "bad              FAILED",
        "== bad\nfound it\n",
        "elsewhere        skipped",
        "skipped: not here",
        "1 of 3 checks failed: bad",
    ];
    expect(&folder, &["check"], 1, &words).await;
    expect(
        &folder,
        &["check", "--only", "worse"],
        1,
        &["there is no check 'worse'; there are good, bad, elsewhere"],
    )
    .await;
    let output = argosy(&folder, &["check", "--json", "--jobs", "1"]).await;
    let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!((&checked[1]["outcome"], &checked[1]["output"]), (&"failed".into(), &"found it\n".into()));
    expect(&folder, &["check", "--list"], 0, &["good             true"]).await;
}

#[tokio::test]
async fn the_base_is_written_and_an_environment_is_printed() {
    let folder = repository().await;
    expect(&folder, &["render"], 0, &["kustomize/base/api/deployment.yaml", "dev             1 objects"])
        .await;
    expect(&folder, &["render", "--env", "dev"], 0, &["kind: Deployment"]).await;
    expect(&folder, &["render", "--check"], 1, &["`argosy render` writes it"]).await;
    expect(&folder, &["render", "--env", "live"], 1, &["argosy.toml names no environment 'live'"]).await;
    let rendered: Value =
        serde_json::from_slice(&argosy(&folder, &["render", "--json"]).await.stdout).unwrap();
    assert_eq!(rendered["environments"][0]["objects"], 1);
}

#[tokio::test]
async fn the_doctor_says_what_mends_it() {
    let folder = repository().await;
    let words = [
        "there is no remote 'origin'",
        "-> git remote add origin <address>",
        "kustomize/overlays/dev names r.example/shop/api without a digest",
        "-> argosy image set api=sha256:... --env dev",
        "deployment.yaml:4: PostgreSQL 12 has had no fixes since 2024-11-21 (https://www.postgresql.org/support/versioning/)",
    ];
    expect(&folder, &["doctor"], 1, &words).await;
    let diagnosis: Value =
        serde_json::from_slice(&argosy(&folder, &["doctor", "--json"]).await.stdout).unwrap();
    assert!(diagnosis["findings"].as_array().unwrap().iter().any(|finding| finding["about"] == "lifecycle"));
}

#[tokio::test]
async fn a_refusal_to_make_a_service_has_a_code_of_its_own() {
    let folder = repository().await;
    expect(&folder, &["new", "service", "Billing"], 3, &["'Billing' cannot be a name"]).await;
    expect(&folder, &["new", "service", "billing"], 3, &["not of the shape", "no charts/library/Chart.yaml"])
        .await;
    expect(&folder, &["new", "service", "billing", "--template", "rails"], 2, &["axum"]).await;
    let into = folder.path().join("scripts");
    let into = into.to_str().unwrap();
    expect(&folder, &["new", "application", "fleet2", "--into", into], 3, &["scripts has something in it"])
        .await;
    expect(&folder, &["new", "application", "Fleet"], 3, &["'Fleet' cannot be a name"]).await;
    expect(&folder, &["new", "service", "--help"], 0, &["3 (refused: a name that is taken"]).await;
}

/// Objects of versions that are gone, and one whose version goes later.
const OLD: &str = "apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: nightly, namespace: shop}
---
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: api, namespace: shop}
---
apiVersion: autoscaling/v2beta1
kind: HorizontalPodAutoscaler
metadata: {name: api, namespace: shop}
---
apiVersion: flowcontrol.apiserver.k8s.io/v1beta3
kind: FlowSchema
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1beta1
kind: ServiceCIDR
metadata: {name: more}
";

#[tokio::test]
async fn what_the_next_kubernetes_takes_away_is_named_before() {
    let folder = repository().await;
    let doctor = ["doctor", "--from", "1.35", "--kubernetes", "1.36"];
    expect(
        &folder,
        &doctor,
        0,
        &["Kubernetes 1.35 -> 1.36", "looked at: 1 objects of dev", "0 in the way, 0 later"],
    )
    .await;

    let overlay = folder.path().join("kustomize/overlays/dev");
    fs::write(overlay.join("old.yaml"), OLD).unwrap();
    fs::write(overlay.join("kustomization.yaml"), "resources: [deployment.yaml, old.yaml]\n").unwrap();
    let chart = folder.path().join("charts/api");
    fs::create_dir_all(&chart).unwrap();
    fs::write(chart.join("Chart.yaml"), "name: api\nkubeVersion: '>=1.33.0-0 <1.36.0-0'\n").unwrap();
    let file = "kustomize/overlays/dev/old.yaml";
    let words = [
        format!("{file}: CronJob shop/nightly is of batch/v1beta1, which is gone since 1.25, in dev"),
        format!("{file}: PodDisruptionBudget shop/api is of policy/v1beta1, which is gone since 1.25"),
        format!(
            "{file}: HorizontalPodAutoscaler shop/api is of autoscaling/v2beta1, which is gone since 1.25"
        ),
        format!(
            "{file}: FlowSchema shop is of flowcontrol.apiserver.k8s.io/v1beta3, which is gone since 1.32"
        ),
        "-> take flowcontrol.apiserver.k8s.io/v1".into(),
        "charts/api/Chart.yaml: the chart api is for Kubernetes >=1.33.0-0 <1.36.0-0".into(),
        "Goes later, and 1.36 warns of it".into(),
        "1.36: nodes need containerd 2.0 or later".into(),
        "5 in the way, 1 later".into(),
    ];
    expect(&folder, &doctor, 1, &words.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let output = argosy(&folder, &["doctor", "--kubernetes", "1.37", "--env", "dev", "--json"]).await;
    let upgrade: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &upgrade["kubernetes"]), (Some(1), &"1.37".into()));
    let cidr = upgrade["losses"]
        .as_array()
        .unwrap()
        .iter()
        .find(|loss| loss["what"].to_string().contains("ServiceCIDR"));
    assert_eq!(cidr.unwrap()["when"], "now");
    assert_eq!(cidr.unwrap()["mend"], "take networking.k8s.io/v1");
    assert!(folder.path().join("target").read_dir().unwrap().next().is_none(), "something is left");
}

#[tokio::test]
async fn an_upgrade_that_cannot_be_is_refused() {
    let folder = repository().await;
    let words = ["steps over 1.35", "Go to 1.35 first: argosy doctor --from 1.34 --kubernetes 1.35"];
    expect(&folder, &["doctor", "--from", "1.34", "--kubernetes", "1.36"], 3, &words).await;
    expect(&folder, &["doctor", "--kubernetes", "1.99"], 3, &["'1.99' is no version of Kubernetes", "1.28"])
        .await;
    expect(
        &folder,
        &["doctor", "--kubernetes", "1.36", "--env", "live"],
        1,
        &["names no environment 'live'"],
    )
    .await;
    expect(&folder, &["doctor", "--from", "1.35"], 2, &["--kubernetes <VERSION>"]).await;
}
