//! `where`, and what `status` says of Git.

use argosy_delivery::Whereabouts;

use crate::scratch::{CONFIG, Clone, Remote, digest, services};

async fn locate(clone: &Clone, commit: &str) -> Whereabouts {
    clone.git(&["fetch", "--quiet"]);
    clone.delivery().await.locate(commit, None).await.unwrap()
}

/// Each stay as `environment service since-commit until-commit`, the commits by their subjects.
fn stays(clone: &Clone, found: &Whereabouts) -> Vec<String> {
    let subject = |commit: &str| clone.git(&["log", "-1", "--format=%s", commit]);
    found
        .stays
        .iter()
        .map(|stay| {
            let until = stay.ended_by.as_ref().map_or("now".into(), |commit| subject(commit.as_str()));
            format!("{} {}: {} - {until}", stay.environment, stay.service, subject(stay.by.as_str()))
        })
        .collect()
}

#[tokio::test]
async fn a_commit_is_in_every_image_built_from_it_or_later() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = clone.publish("api/main", "2", "First change");
    let second = clone.publish("api/main", "3", "Second change");
    clone.set("dev", "api", '2', &second).await.unwrap();
    clone.set("prod", "api", '1', &first).await.unwrap();
    let third = clone.publish("api/main", "4", "Third change");
    clone.set("dev", "api", '3', &third).await.unwrap();
    // By hand, back in prod and then on; the digest is known from dev.
    let by_hand = |digit: char, message: &str| {
        clone.git(&["pull", "--quiet", "--rebase"]);
        let text = std::fs::read_to_string(clone.path(&services("prod"))).unwrap();
        let (head, rest) = text.split_once("team/api, digest: \"").unwrap();
        clone.publish(
            &services("prod"),
            &format!("{head}team/api, digest: \"{}{}", digest(digit), &rest[71..]),
            message,
        );
    };
    by_hand('9', "Unknown to prod");
    by_hand('2', "Second to prod");

    let found = locate(&clone, &second[..10]).await;
    assert_eq!(found.services.len(), 1, "webapp has nothing of it");
    assert_eq!(stays(&clone, &found), ["dev api: Deploy api to dev - now", "prod api: Second to prod - now"]);
    assert_eq!(found.stays[0].source_commit.as_str(), second, "it stayed as the third came");
    let found = locate(&clone, &first).await;
    assert_eq!(
        stays(&clone, &found)[1..],
        ["prod api: Deploy api to prod - Unknown to prod", "prod api: Second to prod - now"]
    );
    let found = locate(&clone, &third).await;
    assert_eq!(stays(&clone, &found), ["dev api: Deploy api to dev - now"]);
    assert_eq!(found.never.len(), 1);
    // Of another repository, or none: nobody runs it.
    let found = locate(&clone, &"ab".repeat(20)).await;
    assert_eq!((found.stays.len(), found.never.len()), (0, 4));
}

#[tokio::test]
async fn an_entry_written_over_several_lines_and_moved_is_followed() {
    let remote = Remote::new();
    let clone = remote.clone();
    let source = remote.head();
    let entry = |digit| {
        format!(
            "resources: [../../../base]\nimages:\n- digest: {}\n  name: registry.example/team/api\n",
            digest(digit)
        )
    };
    clone.publish(&services("dev"), &entry('0'), "Write it otherwise");
    clone.set("dev", "api", '1', &source).await.unwrap();
    let text = remote.file(&services("dev")) + "\n";
    clone.git(&["pull", "--quiet", "--rebase"]);
    clone.write(&services("dev"), "resources: [../../../base]\n");
    clone.publish(
        "kustomize/overlays/dev/kustomization.yaml",
        &text.replace("[../../../base]", "[services]"),
        "Move it",
    );
    clone.git(&["fetch", "--quiet"]);
    let wanted = clone.delivery().await.wanted(Some("dev")).await.unwrap();
    assert_eq!(wanted[0].services.len(), 1, "webapp was taken out");
    assert_eq!(wanted[0].services[0].image.digest, Some(digest('1')));
    assert_eq!(wanted[0].services[0].source_commit.as_ref().unwrap().as_str(), source);
    assert_eq!(
        clone.git(&["log", "-1", "--format=%s", wanted[0].services[0].by.as_str()]),
        "Deploy api to dev",
        "moving it changed nothing"
    );
}

#[tokio::test]
async fn every_environment_is_answered_without_a_cluster() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    clone.git(&["fetch", "--quiet"]);
    let wanted = clone.delivery().await.wanted(None).await.unwrap();
    let said: Vec<String> = wanted
        .iter()
        .flat_map(|wanted| {
            wanted
                .services
                .iter()
                .map(|running| format!("{} {} {}", wanted.environment, running.service, running.image))
        })
        .collect();
    assert_eq!(
        said,
        ["dev api 111111111111", "dev webapp none yet", "prod api none yet", "prod webapp none yet"]
    );
}

#[tokio::test]
async fn the_users_configuration_of_git_changes_no_answer() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    clone.git(&["fetch", "--quiet"]);
    let plain = serde_json::to_value(clone.delivery().await.wanted(None).await.unwrap()).unwrap();
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("color.ui", "always"),
        ("diff.context", "0"),
        ("log.showSignature", "true"),
        ("core.quotePath", "true"),
        ("diff.external", "false"),
        ("log.decorate", "full"),
        ("format.pretty", "oneline"),
        ("trailer.separators", "#"),
    ] {
        clone.git(&["config", key, value]);
    }
    assert_eq!(serde_json::to_value(clone.delivery().await.wanted(None).await.unwrap()).unwrap(), plain);
}

#[tokio::test]
async fn another_shape_of_repository_serves_as_well() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.git(&["mv", "kustomize/overlays", "envs"]);
    clone.publish("argosy.toml", &format!("overlays = \"envs\"\n{CONFIG}"), "Move the overlays");
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    assert!(remote.file("envs/dev/services/kustomization.yaml").contains(digest('1').as_str()));
}

#[tokio::test]
async fn trailers_that_lie_are_not_believed() {
    let remote = Remote::new();
    let clone = remote.clone();
    let source = clone.publish("api/main", "2", "Change the api");
    let text = remote.file(&services("dev")) + "\n";
    // It says 4, and writes 5.
    let lie = format!(
        "Deploy api to dev\n\nEnvironment: dev\nService: api\nDigest: {}\nReplaces: {}\nSource-Commit: {source}",
        digest('4'),
        digest('0')
    );
    clone.publish(&services("dev"), &text.replacen(&"0".repeat(64), &"5".repeat(64), 1), &lie);
    for next in ['5', '6'] {
        if next == '6' {
            // What comes after it says what was there.
            clone.set("dev", "api", next, &"ab".repeat(20)).await.unwrap();
            clone.git(&["fetch", "--quiet"]);
        }
        let wanted = clone.delivery().await.wanted(None).await.unwrap();
        assert_eq!(wanted[0].services[0].image.digest, Some(digest(next)));
        assert_eq!(locate(&clone, &source).await.stays.len(), 0, "nothing ran it");
    }
}
