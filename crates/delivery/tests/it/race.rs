//! Eight pipelines that deploy at once, by shell scripts as people write them and by `argosy image set`: what fails, what is lost, what has
//! to be merged. Measured by `cargo test -p argosy-delivery --test it -- --ignored --nocapture race`.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use argosy_delivery::{Delivery, Digest, ImageSet};
use tokio::{process::Command, task::JoinSet};

use crate::scratch::{Clone, Remote, run, services};

const WRITERS: usize = 8;
/// What each writes, one after the other.
const UPDATES: usize = 3;
const RUNS: usize = 3;

/// What all scripts begin with: `set_image` writes the digest `$2` of the service `$1`, and commits it.
const SET_IMAGE: &str = r#"
set -e
set_image() {
    (cd kustomize/overlays/dev/services && kustomize edit set image "registry.example/team/$1@$2")
    git commit --quiet --all --message "Deploy $1"
}
"#;

/// By name; each has to end with 0 only if it believes that it has deployed.
const SCRIPTS: [(&str, &str); 5] = [
    ("push once", "git pull -q --ff-only; set_image $1 $2; git push -q origin main"),
    (
        "pull --rebase and push again",
        "git pull -q --ff-only; set_image $1 $2; for try in $(seq 40); do git push -q origin main && exit; git pull -q --rebase || { git rebase --abort; git reset -q --hard origin/main; exit 1; }; done; exit 1",
    ),
    (
        "pull (merge) and push again",
        "git pull -q --ff-only; set_image $1 $2; for try in $(seq 40); do git push -q origin main && exit; git pull -q --no-rebase --no-edit || { git merge --abort; git reset -q --hard origin/main; exit 1; }; done; exit 1",
    ),
    (
        "push --force",
        "git pull -q --ff-only || git reset -q --hard origin/main; set_image $1 $2; git push -q --force origin main",
    ),
    (
        "reset, set again and push again",
        "for try in $(seq 40); do git fetch -q; git reset -q --hard origin/main; set_image $1 $2; git push -q origin main && exit; sleep 0.$((RANDOM % 10)); done; exit 1",
    ),
];

/// What came of a way to deploy.
#[derive(Debug, Default)]
struct Outcome {
    told: usize,
    failed: usize,
    lost: usize,
    merges: String,
    took: Duration,
}

/// A remote with as many services as there are writers, in one environment.
fn remote() -> Remote {
    let remote = Remote::new();
    let clone = remote.clone();
    let mut config =
        "branch = \"main\"\nregistry = \"registry.example/team\"\n[[environment]]\nname = \"dev\"\n"
            .to_owned();
    let mut overlay =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n".to_owned();
    for writer in 0..WRITERS {
        writeln!(config, "[[service]]\nname = \"s{writer}\"").unwrap();
        writeln!(overlay, "- digest: {}\n  name: registry.example/team/s{writer}", digest(writer, 0))
            .unwrap();
    }
    clone.publish("argosy.toml", &config, "Name the services");
    clone.publish(&services("dev"), &overlay, "Name their images");
    remote
}

fn digest(writer: usize, update: usize) -> Digest {
    format!("sha256:{:064x}", writer * 100 + update).parse().unwrap()
}

/// Whether it ended as if it had deployed.
async fn deploy(clone: &Clone, script: Option<&str>, service: &str, digest: &Digest) -> bool {
    let Some(script) = script else {
        let images = vec![(service.to_owned(), digest.clone())];
        let request = ImageSet { environment: "dev".into(), images, ..ImageSet::default() };
        return Delivery::open(&clone.path("")).await.unwrap().set_images(&request).await.is_ok();
    };
    let script = format!("{SET_IMAGE}{script}");
    let arguments = ["-c", &script, "deploy", service, digest.as_str()];
    let output = Command::new("bash").current_dir(clone.path("")).args(arguments).output().await.unwrap();
    output.status.success()
}

async fn race(script: Option<&'static str>, service: fn(usize) -> usize) -> Outcome {
    let remote = remote();
    let mut writers = JoinSet::new();
    let start = Instant::now();
    for writer in 0..WRITERS {
        let clone = remote.clone();
        writers.spawn(async move {
            let mut told = Vec::new();
            for update in 1..=UPDATES {
                let service = format!("s{}", service(writer));
                if deploy(&clone, script, &service, &digest(writer, update)).await {
                    told.push(update);
                }
            }
            (writer, told)
        });
    }
    let told = writers.join_all().await;
    let mut outcome = Outcome { took: start.elapsed(), ..Outcome::default() };
    outcome.merges = remote.git(&["rev-list", "--merges", "--count", "main"]);
    for (writer, told) in told {
        outcome.told += told.len();
        outcome.failed += UPDATES - told.len();
        // Whatever came after it, an update that succeeded is in the history.
        for update in told {
            let search = format!("-S{}", digest(writer, update));
            let log =
                run(remote.path(), &["log", "--format=%H", "-m", &search, "main", "--", &services("dev")]);
            outcome.lost += usize::from(log.is_empty());
        }
    }
    outcome
}

/// Runs a way to deploy several times, and says what came of it.
async fn tell(name: &str, script: Option<&'static str>, service: fn(usize) -> usize) {
    for _ in 0..RUNS {
        let Outcome { told, failed, lost, merges, took } = race(script, service).await;
        let took = took.as_secs_f64();
        eprintln!(
            "{name:34} deployed {told:2}, failed {failed:2}, lost {lost:2}, merge commits {merges:2}, {took:4.1} s"
        );
        if script.is_none() {
            assert_eq!((told, failed, lost, merges.as_str()), (WRITERS * UPDATES, 0, 0, "0"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures, and needs kustomize"]
async fn each_a_service() {
    tell("argosy image set", None, |writer| writer).await;
    for (name, script) in SCRIPTS {
        tell(name, Some(script), |writer| writer).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures, and needs kustomize"]
async fn all_one_service() {
    tell("argosy image set", None, |_| 0).await;
    for (name, script) in SCRIPTS {
        tell(name, Some(script), |_| 0).await;
    }
}
