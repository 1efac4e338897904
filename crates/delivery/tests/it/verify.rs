//! `verify`: what the gates say that ask a registry.

use std::{fs, net::TcpListener};

use argosy_delivery::{Access, ImageSet, Outcome};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use tempfile::TempDir;
use wiremock::ResponseTemplate;

use crate::{
    peers::{Registry, SOURCE, ask, clone_of, digest_of, expect, set, verify},
    scratch::{Remote, digest},
};

const IMAGE_GATES: &str = r#"{ gate = "digest" }, { gate = "sbom" }, { gate = "provenance" }"#;

#[tokio::test]
async fn an_image_with_everything_passes() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, IMAGE_GATES);
    let image = registry.put_image(SOURCE).await;
    set(&clone, "prod", &image, SOURCE).await;
    let verification = ask(&clone, &verify(Access::default())).await;
    expect(
        &verification,
        &[
            (Outcome::Pass, "an index for linux/amd64"),
            (Outcome::Pass, "linux/amd64: 2 packages"),
            (Outcome::Pass, SOURCE),
        ],
    );
    let json = serde_json::to_value(&verification).unwrap();
    assert_eq!(json["outcome"], "pass");
    assert_eq!(json["services"][0]["gates"][0]["gate"], "digest");
    assert_eq!(json["services"][0]["source_commit"], SOURCE);
}

#[tokio::test]
async fn a_provenance_of_another_commit_fails() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, IMAGE_GATES);
    let image = registry.put_image(&format!("{SOURCE}-dirty")).await;
    set(&clone, "prod", &image, SOURCE).await;
    expect(
        &ask(&clone, &verify(Access::default())).await,
        &[
            (Outcome::Pass, ""),
            (Outcome::Pass, ""),
            (Outcome::Fail, "names 1234567890123456789012345678901234567890-dirty, not 1234567890"),
        ],
    );
}

#[tokio::test]
async fn a_list_of_nothing_fails() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, r#"{ gate = "sbom" }"#);
    let image = registry.put_image_of(SOURCE, &[]).await;
    set(&clone, "prod", &image, SOURCE).await;
    expect(
        &ask(&clone, &verify(Access::default())).await,
        &[(Outcome::Fail, "the list of linux/amd64 is empty")],
    );
}

#[tokio::test]
async fn an_image_of_the_index_that_nothing_is_attested_for_fails() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, IMAGE_GATES);
    let platform = json!({"os": "linux", "architecture": "arm64"});
    let index =
        json!({"schemaVersion": 2, "manifests": [{"digest": digest('1'), "size": 1, "platform": platform}]});
    let image = registry.put_json("manifests", &index).await;
    set(&clone, "prod", &image, SOURCE).await;
    let nothing = (Outcome::Fail, "nothing of that kind is attested for linux/arm64");
    let found = ask(&clone, &verify(Access::default())).await;
    expect(&found, &[(Outcome::Pass, "an index for linux/arm64"), nothing, nothing]);
}

#[tokio::test]
async fn what_is_not_in_the_registry_fails() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, IMAGE_GATES);
    set(&clone, "prod", digest('1').as_str(), SOURCE).await;
    let missing = (Outcome::Fail, "is not in the registry");
    expect(&ask(&clone, &verify(Access::default())).await, &[missing, missing, missing]);
}

#[tokio::test]
async fn what_a_registry_answers_wrongly_fails() {
    let single = json!({"schemaVersion": 2, "config": {"digest": digest_of(b""), "size": 1}, "layers": []})
        .to_string();
    for (body, is_other, first, second) in [
        ("<html>", false, "is no manifest: expected value", "is no manifest"),
        (
            r#"{"schemaVersion": 2, "manifests": [{"digest": "sha256:1"}]}"#,
            false,
            "is no manifest: 'sha256:1' is not a digest",
            "no manifest",
        ),
        ("{}", true, "with something whose digest is sha256:44136fa355b3", "with something"),
        (single.as_str(), false, "a manifest of 0 layers", "it is a single manifest"),
    ] {
        let (remote, registry) = (Remote::new(), Registry::new().await);
        let clone = clone_of(&remote, &registry, r#"{ gate = "digest" }, { gate = "sbom" }"#);
        let digest = if is_other { digest('1').to_string() } else { digest_of(body.as_bytes()) };
        registry.answer("manifests", &digest, ResponseTemplate::new(200).set_body_string(body)).await;
        set(&clone, "prod", &digest, SOURCE).await;
        let is_manifest = first.starts_with("a manifest");
        expect(
            &ask(&clone, &verify(Access::default())).await,
            &[(if is_manifest { Outcome::Pass } else { Outcome::Fail }, first), (Outcome::Fail, second)],
        );
    }
}

#[tokio::test]
async fn a_registry_that_does_not_tell_leaves_it_open() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, r#"{ gate = "digest" }"#);
    let digest = digest('1').to_string();
    registry.answer("manifests", &digest, ResponseTemplate::new(403).set_body_string("denied")).await;
    set(&clone, "prod", &digest, SOURCE).await;
    let verification = ask(&clone, &verify(Access::default())).await;
    expect(&verification, &[(Outcome::Absent, "with 403: denied. `docker login 127.0.0.1")]);
    // Where nobody listens any more.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let request = ImageSet {
        environment: "prod".into(),
        images: vec![("api".into(), digest.parse().unwrap())],
        registry: Some(format!("{nobody}/team")),
        ..ImageSet::default()
    };
    clone.delivery().await.set_images(&request).await.unwrap();
    clone.git(&["fetch", "--quiet"]);
    let verification = ask(&clone, &verify(Access::default())).await;
    expect(&verification, &[(Outcome::Absent, "/team/api/manifests/")]);
    expect(&verification, &[(Outcome::Absent, "cannot be reached")]);
}

#[tokio::test]
async fn a_token_is_asked_for_by_nobody_or_by_who_logged_in() {
    let login = BASE64_STANDARD.encode("ada:secret");
    for (wanted, known, outcome, says) in [
        (None, None, Outcome::Pass, "the registry has it"),
        (Some(&login), Some(&login), Outcome::Pass, "the registry has it"),
        (Some(&login), None, Outcome::Absent, "`docker login"),
    ] {
        let (remote, registry) = (Remote::new(), Registry::new().await);
        let clone = clone_of(&remote, &registry, r#"{ gate = "digest" }"#);
        registry.ask_for_token(wanted.map(String::as_str)).await;
        let image = registry.put_image(SOURCE).await;
        set(&clone, "prod", &image, SOURCE).await;
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("config.json");
        if let Some(known) = known {
            let auths = json!({"auths": {registry.server.address().to_string(): {"auth": known}}});
            fs::write(&file, auths.to_string()).unwrap();
        }
        let access = Access { docker_config: Some(file), ..Access::default() };
        expect(&ask(&clone, &verify(access)).await, &[(outcome, says)]);
    }
}
