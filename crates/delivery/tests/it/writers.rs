//! Many writers at once, whose pushes fail at random: no update is lost, the history is a line, and every commit can be built.

use std::{collections::BTreeMap, process::Command, sync::Arc};

use argosy_delivery::Digest;
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::scratch::{self, Clone, Remote, services};

/// Rounds, each of another number of writers.
const ROUNDS: u64 = 3;
/// What all writers of a round write together, at least; each writes something.
const UPDATES: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_update_is_lost() {
    let seed = std::env::var("ARGOSY_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| rand::rng().next_u64());
    eprintln!("ARGOSY_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for round in 0..ROUNDS {
        // The least, the most, and what is between.
        let writers = match round {
            0 => 2,
            1 => 16,
            _ => random.random_range(2..=16),
        };
        a_round(writers, &mut random).await;
    }
}

async fn a_round(writers: usize, random: &mut StdRng) {
    let remote = Remote::new();
    // A push in five is refused, as by a server that has no time.
    remote.hook(
        "pre-receive",
        "[ $(od -An -N1 -tu1 /dev/urandom) -ge 51 ] || { echo 'try later' >&2; exit 1; }",
    );
    let source = remote.head();
    let clones: Arc<Vec<Clone>> = Arc::new((0..writers).map(|_| remote.clone()).collect());
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let mut random = StdRng::seed_from_u64(random.next_u64());
        let (clones, source) = (Arc::clone(&clones), source.clone());
        tasks.spawn(async move {
            let mut done = Vec::new();
            for _ in 0..UPDATES.div_ceil(writers) {
                // Two of three have a clone of their own, as pipelines do; the others share one.
                let clone = &clones[if writer % 3 == 0 { 0 } else { writer }];
                let environment = ["dev", "prod"][random.random_range(0..2)];
                let service = ["api", "webapp"][random.random_range(0..2)];
                let digest: Digest = format!("sha256:{:064x}", random.random::<u128>()).parse().unwrap();
                done.push(set(clone, environment, service, &digest, &source).await);
            }
            done
        });
    }
    let done: Vec<Update> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(done.len(), writers * UPDATES.div_ceil(writers));
    expect_a_line(&remote, &done);
    expect_it_builds(&remote);
}

/// An update, and the commit that its writer was told.
struct Update {
    environment: String,
    service: String,
    digest: Digest,
    commit: String,
}

/// Sets a digest; a writer that is refused tries again, as a pipeline is started again.
async fn set(clone: &Clone, environment: &str, service: &str, digest: &Digest, source: &str) -> Update {
    let request = argosy_delivery::ImageSet {
        environment: environment.into(),
        images: vec![(service.into(), digest.clone())],
        source_commit: Some(source.into()),
        ..argosy_delivery::ImageSet::default()
    };
    loop {
        match clone.delivery().await.set_images(&request).await {
            Ok(written) => {
                let commit = written.commit.expect("every digest is new").to_string();
                return Update {
                    environment: environment.into(),
                    service: service.into(),
                    digest: digest.clone(),
                    commit,
                };
            }
            Err(argosy_delivery::Error::PushRefused { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Every update is one commit of a line without merges, and changes what it says and nothing else.
fn expect_a_line(remote: &Remote, done: &[Update]) {
    assert_eq!(remote.git(&["rev-list", "--merges", "--count", "main"]), "0");
    let commits = remote.git(&["rev-list", "--reverse", "main"]);
    let commits: Vec<&str> = commits.lines().collect();
    assert_eq!(commits.len(), done.len() + 1, "one commit an update, upon the first");
    let by_commit: BTreeMap<&str, &Update> =
        done.iter().map(|update| (update.commit.as_str(), update)).collect();
    let mut expected: BTreeMap<(String, String), String> = BTreeMap::new();
    for commit in &commits[1..] {
        let update = by_commit.get(commit).expect("each commit is somebody's");
        expected.insert((update.environment.clone(), update.service.clone()), update.digest.to_string());
        let changed = remote.git(&["diff", "--numstat", &format!("{commit}^"), commit]);
        assert_eq!(changed, format!("1\t1\t{}", services(&update.environment)));
    }
    for ((environment, service), digest) in expected {
        let line = format!("{{name: registry.example/team/{service}, digest: \"{digest}\"}}");
        assert!(remote.file(&services(&environment)).contains(&line), "{environment} {service}");
    }
}

/// Kustomize builds both environments at every commit.
fn expect_it_builds(remote: &Remote) {
    if Command::new("kustomize").arg("version").output().is_err() {
        eprintln!("kustomize is not in PATH: not built");
        return;
    }
    let clone = remote.clone();
    for commit in clone.git(&["rev-list", "main"]).lines() {
        clone.git(&["checkout", "--quiet", commit]);
        for environment in ["dev", "prod"] {
            let overlay = format!("kustomize/overlays/{environment}");
            let output = Command::new("kustomize")
                .current_dir(clone.path(""))
                .args(["build", &overlay])
                .output()
                .unwrap();
            assert!(output.status.success(), "{commit}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_stops_every_writer_until_it_is_released() {
    let remote = Remote::new();
    let clone = remote.clone();
    let source = clone.git(&["rev-parse", "HEAD"]);
    for digit in ['1', '2'] {
        clone.set("prod", "api", digit, &source).await.unwrap();
    }
    // Writers and the rollback at once: whoever comes after the hold is refused, and nobody takes it away.
    let clones: Vec<Clone> = (0..4).map(|_| remote.clone()).collect();
    let rollback = async { clone.delivery().await.rollback(&scratch::rollback(None)).await.unwrap() };
    let mut writers = tokio::task::JoinSet::new();
    for (clone, digit) in clones.into_iter().zip('3'..) {
        let source = source.clone();
        writers.spawn(async move { clone.set("prod", "api", digit, &source).await });
    }
    let (written, results) = tokio::join!(rollback, writers.join_all());
    for result in results {
        assert!(
            result.is_ok() || result.as_ref().is_err_and(|error| error.starts_with("api is held in prod")),
            "{result:?}"
        );
    }
    let last = remote.git(&["log", "-1", "--format=%H", "main", "--", &services("prod")]);
    assert_eq!(written.commit.unwrap().to_string(), last, "nothing came after the rollback");
    let held = remote.file("kustomize/overlays/prod/holds.toml");
    assert!(held.contains("service = \"api\""), "{held}");
    clone.delivery().await.release(&scratch::release()).await.unwrap();
    clone.set("prod", "api", '8', &source).await.unwrap();
}
