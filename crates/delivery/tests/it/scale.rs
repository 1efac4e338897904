//! Two hundred services, ten environments, ten thousand deployments. Measured by
//! `cargo test --release -p argosy-delivery -- --ignored --nocapture scale`.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use argosy_delivery::{AuditRequest, Delivery, DiffRequest, ImageSet};
use chrono::Utc;
use tempfile::TempDir;

use crate::scratch::{digest, run};

const SERVICES: usize = 200;
const ENVIRONMENTS: usize = 10;
const DEPLOYMENTS: usize = 10_000;

fn config() -> String {
    let mut text = "branch = \"main\"\nregistry = \"registry.example/team\"\n".to_owned();
    for service in 0..SERVICES {
        write!(text, "[[service]]\nname = \"s{service}\"\npaths = [\"s{service}\"]\n").unwrap();
    }
    for environment in 0..ENVIRONMENTS {
        write!(text, "[[environment]]\nname = \"e{environment}\"\n").unwrap();
    }
    text + "[[difference]]\nbetween = [\"e0\", \"e9\"]\nallow = [{ field = \"*.image\" }]\n"
}

fn kustomization(digests: &[usize]) -> String {
    let mut text = "resources: [../../base]\nimages:\n".to_owned();
    for (service, number) in digests.iter().enumerate() {
        writeln!(text, "  - {{name: registry.example/team/s{service}, digest: \"sha256:{number:064x}\"}}")
            .unwrap();
    }
    text
}

fn deployment(service: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: s{service}}}\nspec:\n  selector: {{matchLabels: {{app: s{service}}}}}\n  template:\n    metadata: {{labels: {{app: s{service}}}}}\n    spec:\n      containers: [{{name: s{service}, image: registry.example/team/s{service}}}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: s{service}}}\nspec: {{selector: {{app: s{service}}}, ports: [{{name: https, port: 443}}]}}\n"
    )
}

/// The whole history as `git fast-import` reads it: each deployment is a change of source and the commit that deploys it.
fn stream() -> String {
    let mut stream = String::new();
    let file = |stream: &mut String, path: &str, text: &str| {
        write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
    };
    let commit = |stream: &mut String, mark: usize, message: &str| {
        let time = 1_700_000_000 + mark * 60;
        write!(stream, "commit refs/heads/main\nmark :{mark}\ncommitter Ada <ada@example.com> {time} +0000\ndata {}\n{message}\n", message.len())
            .unwrap();
    };
    let mut digests = vec![vec![0; SERVICES]; ENVIRONMENTS];
    commit(&mut stream, 1, "Begin");
    file(&mut stream, "argosy.toml", &config());
    for service in 0..SERVICES {
        file(&mut stream, &format!("kustomize/base/s{service}.yaml"), &deployment(service));
    }
    let resources: Vec<String> = (0..SERVICES).map(|service| format!("  - s{service}.yaml\n")).collect();
    file(&mut stream, "kustomize/base/kustomization.yaml", &format!("resources:\n{}", resources.concat()));
    for (environment, digests) in digests.iter().enumerate() {
        file(
            &mut stream,
            &format!("kustomize/overlays/e{environment}/kustomization.yaml"),
            &kustomization(digests),
        );
    }
    for number in 1..=DEPLOYMENTS {
        let (service, environment) = (number * 7 % SERVICES, number % ENVIRONMENTS);
        let before = std::mem::replace(&mut digests[environment][service], number);
        let message = format!(
            "Deploy s{service} to e{environment}\n\nEnvironment: e{environment}\nService: s{service}\nDigest: sha256:{number:064x}\nReplaces: sha256:{before:064x}\nSource-Commit: {SOURCE}\nBuild: https://ci.example/{number}\nActor: pipeline\n"
        );
        commit(&mut stream, number + 1, &message);
        file(
            &mut stream,
            &format!("kustomize/overlays/e{environment}/kustomization.yaml"),
            &kustomization(&digests[environment]),
        );
    }
    stream
}

/// Instead of a source commit, which `git fast-import` would have to name before it exists.
const SOURCE: &str = "1111111111111111111111111111111111111111";

async fn fastest<T>(what: &str, limit: Duration, work: impl AsyncFn() -> T) {
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        work().await;
        fastest = fastest.min(start.elapsed());
    }
    eprintln!("{what}: {} ms", fastest.as_millis());
    assert!(fastest < limit, "{what} took {fastest:?}");
}

/// A remote and a clone of it, with all of that.
fn repository() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let bare = folder.path().join("bare");
    run(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "bare"]);
    let mut import = Command::new("git")
        .current_dir(&bare)
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(stream().as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    run(&bare, &["gc", "--quiet"]);
    run(folder.path(), &["clone", "--quiet", "bare", "clone"]);
    let clone = folder.path().join("clone");
    run(&clone, &["config", "user.name", "Ada"]);
    run(&clone, &["config", "user.email", "ada@example.com"]);
    (folder, clone)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures: in a release build, on a machine that does nothing else"]
async fn scale() {
    let (_folder, clone) = repository();
    let delivery = Delivery::open(&clone).await.unwrap();
    let now = Utc::now();

    let second = Duration::from_secs(1);
    fastest("where", second, async || delivery.locate("HEAD~5000", None).await.unwrap()).await;
    let audit =
        AuditRequest { environment: "e3".into(), at: None, since: None, fetch: false, follows: None, now };
    fastest("audit", second, async || delivery.audit(&audit).await.unwrap()).await;
    fastest("audit as a page", second, async || delivery.audit(&audit).await.unwrap().to_html().unwrap())
        .await;
    fastest("status", second, async || delivery.wanted(None).await.unwrap()).await;
    let digits = std::sync::atomic::AtomicU8::new(b'1');
    fastest("image set", 2 * second, async || {
        let digit = digits.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let images = vec![("s7".into(), digest(char::from(digit)))];
        let request = ImageSet { environment: "e3".into(), images, ..ImageSet::default() };
        delivery.set_images(&request).await.unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures: in a release build with kustomize, on a machine that does nothing else"]
async fn scale_of_diff() {
    let (_folder, clone) = repository();
    let build = async |environment: &str| {
        let overlay = format!("kustomize/overlays/{environment}");
        let output =
            tokio::process::Command::new("kustomize").current_dir(&clone).args(["build", &overlay]).output();
        assert!(output.await.unwrap().status.success());
    };
    // Kustomize visits every object once for each of the two hundred images; `diff` has them set without it.
    fastest("kustomize build of both", Duration::from_mins(2), async || {
        tokio::join!(build("e0"), build("e9"))
    })
    .await;
    let delivery = Delivery::open(&clone).await.unwrap();
    let diff =
        DiffRequest::Environments { left: "e0".into(), right: "e9".into(), at: None, work_tree: false };
    fastest("diff", Duration::from_secs(3), async || delivery.diff(&diff).await.unwrap()).await;
    let delivery = Delivery::open(env!("CARGO_MANIFEST_DIR").as_ref()).await.unwrap();
    let diff = DiffRequest::Environments {
        left: "dev".into(),
        right: "prod".into(),
        at: Some("HEAD".into()),
        work_tree: false,
    };
    fastest("diff of this repository", Duration::from_secs(2), async || delivery.diff(&diff).await.unwrap())
        .await;
}
