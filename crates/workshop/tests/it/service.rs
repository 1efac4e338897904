//! `argosy new service`: what comes out passes what this repository's own services pass.

use std::path::Path;

use argosy_workshop::{NewService, Plan, Template};

use crate::copy::Copy;

/// The service that is made, of a name that no repository has, or its tests would fail once it did.
pub(crate) fn specimen() -> NewService {
    NewService {
        name: "specimen".parse().unwrap(),
        template: Template::Axum,
        description: Some("Says what amounts come to.".into()),
        allow_dirty: false,
    }
}

async fn make(copy: &Copy) -> Plan {
    let plan = specimen().plan(&copy.delivery().await).await.unwrap();
    plan.carry_out(copy.root(), |_| ()).await.unwrap();
    plan
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_alone_changes_nothing() {
    let copy = Copy::new();
    let plan = specimen().plan(&copy.delivery().await).await.unwrap();
    assert_eq!(copy.run("git", &["status", "--porcelain"]), "");
    let edited: Vec<&str> = plan.edits.iter().map(|edit| edit.path.as_str()).collect();
    assert_eq!(
        edited,
        [
            "argosy.toml",
            "docker/bake.hcl",
            "kustomize/base/kustomization.yaml",
            "kustomize/overlays/local/services/kustomization.yaml",
            "kustomize/overlays/dev/services/kustomization.yaml",
            "kustomize/overlays/prod/services/kustomization.yaml",
            "kustomize/components/tls-self-signed/kustomization.yaml",
            "kustomize/components/secrets-local/job.yaml",
            "kustomize/components/secrets-local/role.yaml",
            "README.md",
        ]
    );
    // Each edit adds lines, and takes none away: but for the one line that gets longer.
    for edit in &plan.edits {
        let before = copy.read(&edit.path);
        let lost: Vec<&str> =
            before.lines().filter(|line| !edit.text.lines().any(|new| new == *line)).collect();
        let grown = usize::from(edit.path.ends_with("job.yaml"));
        assert_eq!(lost.len(), grown, "{}: {lost:?}", edit.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_service_renders_and_passes_the_policies() {
    let copy = Copy::new();
    make(&copy).await;
    copy.run("scripts/render", &["--check"]);
    copy.run("scripts/charts-docs", &["--check"]);
    copy.run("scripts/tool", &["helm", "lint", "--strict", "charts/specimen"]);
    for scenario in ["ci/digest.yaml", "ci/exposed.yaml", "ci/open/minimal.yaml"] {
        copy.run(
            "scripts/tool",
            &[
                "helm",
                "lint",
                "--strict",
                "charts/specimen",
                "--values",
                &format!("charts/specimen/{scenario}"),
            ],
        );
    }
    let kind = "kind: Deployment\nmetadata:\n";
    for environment in ["local", "dev", "prod"] {
        let overlay = format!("kustomize/overlays/{environment}");
        let objects = copy.run("scripts/tool", &["kustomize", "build", &overlay]);
        assert!(
            objects.contains(kind) && objects.contains("image: ghcr.io/argosy/specimen@sha256:"),
            "{environment}"
        );
        assert!(objects.contains("secretName: specimen-tls"), "{environment}");
    }
    // Whose certificate is it in a cluster without cert-manager?
    let local = copy.run("scripts/tool", &["kustomize", "build", "kustomize/overlays/local"]);
    assert!(local.contains("- --service=specimen\n") && local.contains("  - specimen-tls\n"), "{local}");
    // It is watched, and no gateway leads to it.
    let dev = copy.run("scripts/tool", &["kustomize", "build", "kustomize/overlays/dev"]);
    assert!(dev.contains("kind: ServiceMonitor\nmetadata:\n  labels:\n    app.kubernetes.io/component: service\n    app.kubernetes.io/instance: specimen"));
    let prod = copy.run("scripts/tool", &["kustomize", "build", "kustomize/overlays/prod"]);
    assert!(!prod.contains("hostname: specimen"), "nobody asked for a route");
    copy.run("scripts/manifests", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_service_compiles_without_a_warning_and_passes_its_tests() {
    let copy = Copy::that_stays("copy-with-specimen");
    make(&copy).await;
    copy.run("cargo", &["fmt", "--all", "--check"]);
    copy.run(
        "cargo",
        &["clippy", "--locked", "--package", "argosy-specimen", "--all-targets", "--", "-D", "warnings"],
    );
    let tests = copy.run("cargo", &["test", "--locked", "--package", "argosy-specimen"]);
    assert!(tests.contains("every_error_is_a_problem ... ok"), "{tests}");
    copy.commit("Add the service");
    let config = copy.delivery().await.config().clone();
    let service = config.service("specimen").unwrap();
    assert!(service.paths.iter().all(|path| Path::new(copy.root()).join(path).exists()), "{service:?}");
}

#[test]
fn the_template_is_in_step_with_a_chart_of_this_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    for name in [
        "deployment",
        "horizontalpodautoscaler",
        "networkpolicy",
        "poddisruptionbudget",
        "service",
        "serviceaccount",
        "servicemonitor",
    ] {
        let template = read(&format!("templates/axum/chart/templates/{name}.yaml.jinja"));
        assert_eq!(template, read(&format!("../../charts/webapp/templates/{name}.yaml")), "{name}");
    }
    // Values that both have are described alike, and have one default.
    let webapp = read("../../charts/webapp/values.yaml");
    let template = read("templates/axum/chart/values.yaml.jinja");
    for key in [
        "replicas: ",
        "autoscaling:",
        "disruptionBudget:",
        "log: ",
        "drainSeconds: ",
        "resources:",
        "podLabels: ",
        "affinity: ",
    ] {
        let block = |text: &str| {
            let start = text.find(&format!("\n{key}")).unwrap_or_else(|| panic!("no {key}"));
            text[start + 1..]
                .lines()
                .enumerate()
                .take_while(|(index, line)| *index == 0 || line.starts_with(' '))
                .map(|(_, line)| line.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(block(&template), block(&webapp), "{key}");
    }
}
