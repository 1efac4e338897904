//! `verify`: what the gates say that ask cosign, the code host, the history or nobody, and what they are asked about.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use argosy_delivery::{Access, HostKind, Outcome, VerifyRequest};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use tempfile::TempDir;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

use crate::{
    peers::{Registry, SOURCE, ask, clone_of, expect, set, verify},
    scratch::{Remote, digest, services},
};

#[tokio::test]
async fn cosign_is_asked_where_it_is_there() {
    let gate = r#"{ gate = "signature", identity = "^https://github.com/team/", issuer = "https://issuer.example" }"#;
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, gate);
    set(&clone, "prod", digest('1').as_str(), SOURCE).await;
    expect(&ask(&clone, &verify(Access::default())).await, &[(Outcome::Absent, "cosign is not in PATH")]);
    let folder = TempDir::new().unwrap();
    for (script, outcome, says) in [
        (
            "echo \"$@\" > called",
            Outcome::Pass,
            "by ^https://github.com/team/, vouched for by https://issuer.example",
        ),
        ("echo 'Error: no matching signatures' >&2; exit 12", Outcome::Fail, "no matching signatures"),
    ] {
        let cosign = program(folder.path(), script);
        let access = Access { cosign: Some(cosign), ..Access::default() };
        expect(&ask(&clone, &verify(access)).await, &[(outcome, says)]);
    }
    let called = fs::read_to_string(clone.path("called")).unwrap();
    let expected = format!(
        "verify --certificate-identity-regexp=^https://github.com/team/ --certificate-oidc-issuer=https://issuer.example --output=json {}/api@{}\n",
        registry.name(),
        digest('1')
    );
    assert_eq!(called, expected);

    let key = r#"{ gate = "signature", key = "awskms:///alias/argosy" }"#;
    clone.write("argosy.toml", &registry.config(key));
    let cosign = program(folder.path(), "echo \"$2\" > key");
    let access = Access { cosign: Some(cosign), ..Access::default() };
    expect(&ask(&clone, &verify(access)).await, &[(Outcome::Pass, "by the key awskms:///alias/argosy")]);
    assert_eq!(fs::read_to_string(clone.path("key")).unwrap(), "--key=awskms:///alias/argosy\n");

    clone.write("argosy.toml", &registry.config("{ gate = \"signature\" }"));
    expect(
        &ask(&clone, &verify(Access::default())).await,
        &[(Outcome::Absent, "anybody's signature would do")],
    );
}

/// Writes a program; a new file each time, since one that runs cannot be written.
fn program(folder: &Path, script: &str) -> std::path::PathBuf {
    let path = folder.join(format!("cosign-{}", script.len()));
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_rebuild_is_a_file_or_a_note() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, r#"{ gate = "rebuild" }"#);
    let source = clone.git(&["rev-parse", "HEAD"]);
    set(&clone, "prod", digest('1').as_str(), &source).await;
    expect(
        &ask(&clone, &verify(Access::default())).await,
        &[(Outcome::Absent, "nobody has noted a rebuild")],
    );
    let note = |digit| format!("Rebuilt: webapp={}\nRebuilt: api={}", digest('9'), digest(digit));
    for (digit, outcome, says) in
        [('1', Outcome::Pass, "same digest"), ('2', Outcome::Fail, "has sha256:2222")]
    {
        clone.git(&["notes", "--ref=rebuilt", "add", "--force", "--message", &note(digit), &source]);
        expect(&ask(&clone, &verify(Access::default())).await, &[(outcome, says)]);
    }
    for (text, outcome, says) in [
        (json!({"api": digest('1')}), Outcome::Pass, "the file has the same"),
        (json!({"api": digest('3')}), Outcome::Fail, "the file has sha256:3333"),
        (json!({}), Outcome::Absent, "the file has no digest of api"),
    ] {
        clone.write("rebuilt.json", &text.to_string());
        let request =
            VerifyRequest { rebuilt: Some(clone.path("rebuilt.json")), ..verify(Access::default()) };
        expect(&ask(&clone, &request).await, &[(outcome, says)]);
    }
    clone.write("rebuilt.json", "{\"api\": \"latest\"}");
    let request = VerifyRequest { rebuilt: Some(clone.path("rebuilt.json")), ..verify(Access::default()) };
    let error = clone.delivery().await.verify(&request).await.unwrap_err().to_string();
    assert!(error.contains("it has to be digests by service") && error.contains("'latest'"), "{error}");
}

#[tokio::test]
async fn the_hosts_checks_are_asked() {
    let (remote, registry, host) = (Remote::new(), Registry::new().await, MockServer::start().await);
    let clone = clone_of(&remote, &registry, "");
    set(&clone, "prod", digest('1').as_str(), SOURCE).await;
    let serve = async |at: &str, authorization: &str, body: serde_json::Value| {
        Mock::given(method("GET"))
            .and(path(at))
            .and(header("authorization", authorization))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&host)
            .await;
    };
    let at = |before: &str, after: &str| format!("{before}{SOURCE}{after}");
    let bearer = "Bearer secret-token";
    let run =
        |name: &str, conclusion: &str| json!({"name": name, "status": "completed", "conclusion": conclusion});
    serve(
        &at("/repos/team/argosy/commits/", "/check-runs"),
        bearer,
        json!({"check_runs": [run("test", "success"), run("lint", "failure")]}),
    )
    .await;
    serve(
        &at("/repos/team/argosy/commits/", "/status"),
        bearer,
        json!({"statuses": [{"context": "old", "state": "success"}]}),
    )
    .await;
    serve(
        &at("/projects/team%2Fargosy/repository/commits/", "/statuses"),
        bearer,
        json!([{"name": "test", "status": "success"}]),
    )
    .await;
    serve(
        &at("/repositories/team/argosy/commit/", "/statuses"),
        bearer,
        json!({"values": [{"key": "test", "state": "INPROGRESS"}]}),
    )
    .await;
    serve(
        &at("/org/team/_apis/git/repositories/argosy/commits/", "/statuses"),
        &format!("Basic {}", BASE64_STANDARD.encode(":secret-token")),
        json!({"value": [{"context": {"name": "test"}, "state": "succeeded"}]}),
    )
    .await;
    for (kind, name, repository, outcome, says) in [
        (HostKind::GitHub, "github", "team/argosy", Outcome::Fail, "GitHub on 1234567890: lint is red"),
        (HostKind::GitLab, "gitlab", "team/argosy", Outcome::Pass, "GitLab: 1 checks"),
        (HostKind::Bitbucket, "bitbucket", "team/argosy", Outcome::Fail, "test has not ended"),
        (HostKind::Azure, "azure", "org/team/argosy", Outcome::Pass, "Azure DevOps: 1 checks"),
    ] {
        let config = |repository: &str| {
            let host = format!(
                "host = {{ kind = \"{name}\", api = \"{}\", repository = \"{repository}\" }}",
                host.uri()
            );
            format!("{host}\n{}", registry.config("{ gate = \"checks\" }"))
        };
        clone.write("argosy.toml", &config(repository));
        let access = Access { tokens: [(kind, "secret-token".into())].into(), ..Access::default() };
        expect(&ask(&clone, &verify(access.clone())).await, &[(outcome, says)]);
        let absent = ask(&clone, &verify(Access::default())).await;
        expect(&absent, &[(Outcome::Absent, &format!("there is no token for {}", kind.as_str()))]);
        let wrong = Access { tokens: [(kind, "another-token".into())].into(), ..Access::default() };
        let absent = ask(&clone, &verify(wrong)).await;
        expect(&absent, &[(Outcome::Absent, &format!("{} refuses with 404", kind.as_str()))]);
        assert!(!format!("{absent:?} {access:?}").contains("-token\""), "no token is told");
    }
    clone.write("argosy.toml", &registry.config("{ gate = \"checks\" }"));
    let absent = ask(&clone, &verify(Access::default())).await;
    expect(&absent, &[(Outcome::Absent, "the address of the remote names no host")]);
}

#[tokio::test]
async fn soak_is_time_in_the_environment_before() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, r#"{ gate = "soak", for = "24h" }"#);
    set(&clone, "prod", digest('1').as_str(), SOURCE).await;
    let after = |hours: i64| VerifyRequest {
        now: chrono::Utc::now() + chrono::TimeDelta::hours(hours),
        ..verify(Access::default())
    };
    expect(&ask(&clone, &after(48)).await, &[(Outcome::Fail, "it never ran in dev")]);
    set(&clone, "dev", digest('1').as_str(), SOURCE).await;
    expect(&ask(&clone, &after(23)).await, &[(Outcome::Fail, "of 1day")]);
    expect(&ask(&clone, &after(25)).await, &[(Outcome::Pass, "it ran 1day 1h in dev")]);
    set(&clone, "dev", digest('0').as_str(), SOURCE).await;
    expect(&ask(&clone, &after(25)).await, &[(Outcome::Fail, "it was taken back in dev at")]);
}

#[tokio::test]
async fn what_a_promotion_would_bring_is_asked_about() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, r#"{ gate = "digest" }"#);
    let request =
        VerifyRequest { from: Some("dev".into()), services: Vec::new(), ..verify(Access::default()) };
    let nothing = ask(&clone, &request).await;
    assert!(nothing.services.is_empty() && nothing.outcome == Outcome::Pass);
    let image = registry.put_image(SOURCE).await;
    set(&clone, "dev", &image, SOURCE).await;
    let verification = ask(&clone, &request).await;
    assert_eq!(verification.services.len(), 1);
    assert_eq!(verification.services[0].digest.as_str(), image);
    expect(&verification, &[(Outcome::Pass, "the registry has it")]);
}

/// As a pipeline does that a pull request starts: what is checked out is not in the branch.
#[tokio::test]
async fn a_pull_request_is_asked_about_before_it_is_merged() {
    let (remote, registry) = (Remote::new(), Registry::new().await);
    let clone = clone_of(&remote, &registry, r#"{ gate = "digest" }, { gate = "soak", for = "1h" }"#);
    let image = registry.put_image(SOURCE).await;
    set(&clone, "dev", &image, SOURCE).await;
    clone.git(&["pull", "--quiet", "--rebase"]);
    let all = VerifyRequest {
        services: Vec::new(),
        now: chrono::Utc::now() + chrono::TimeDelta::hours(2),
        ..verify(Access::default())
    };
    // The branch itself: every service, though nobody has built these digests.
    let verification = ask(&clone, &all).await;
    assert_eq!((verification.services.len(), verification.proposed.clone()), (2, None));
    expect(&verification, &[(Outcome::Fail, "is not in the registry"), (Outcome::Fail, "of 1h")]);

    // What changes elsewhere is no proposal.
    clone.write("api/main", "2");
    clone.commit("Change the api");
    assert_eq!(ask(&clone, &all).await.proposed, None);

    // What changes prod is asked about that alone.
    let text = fs::read_to_string(clone.path(&services("prod"))).unwrap();
    clone.write(&services("prod"), &text.replacen(digest('0').as_str(), &image, 1));
    let commit = clone.commit("Bring the api to prod");
    let verification = ask(&clone, &all).await;
    assert_eq!(verification.proposed.as_ref().unwrap().as_str(), commit);
    assert_eq!(verification.services.len(), 1);
    assert_eq!(verification.services[0].source_commit.as_ref().unwrap().as_str(), SOURCE, "dev says so");
    expect(&verification, &[(Outcome::Pass, "the registry has it"), (Outcome::Pass, "it ran 2h in dev")]);

    // The branch goes on without it: dev is back, and nothing else is asked about for that.
    let other = remote.clone();
    set(&other, "dev", digest('0').as_str(), SOURCE).await;
    set(&other, "prod", digest('0').as_str(), SOURCE).await;
    other.git(&["pull", "--quiet", "--rebase"]);
    other.publish("kustomize/overlays/prod/more.yaml", "", "Change prod");
    clone.git(&["fetch", "--quiet"]);
    let verification = ask(&clone, &all).await;
    assert_eq!(verification.services.len(), 1);
    expect(&verification, &[(Outcome::Pass, ""), (Outcome::Fail, "it was taken back in dev at")]);

    // What changes prod but no digest has nothing to be asked.
    clone.git(&["reset", "--quiet", "--hard", "origin/main"]);
    clone.write("kustomize/overlays/prod/more.yaml", "# more\n");
    clone.commit("Change prod otherwise");
    let verification = ask(&clone, &all).await;
    assert!(verification.proposed.is_some() && verification.services.is_empty());
    assert_eq!(verification.outcome, Outcome::Pass);
}

#[tokio::test]
async fn a_host_that_answers_with_something_else_gets_no_further() {
    let (remote, registry, host) = (Remote::new(), Registry::new().await, MockServer::start().await);
    let clone = clone_of(&remote, &registry, "");
    set(&clone, "prod", digest('1').as_str(), SOURCE).await;
    let elsewhere = MockServer::start().await;
    let page = ResponseTemplate::new(203).set_body_string("<html>Sign in");
    let redirect = ResponseTemplate::new(302).insert_header("location", format!("{}/", elsewhere.uri()));
    for (answer, says) in [
        (page, "Azure DevOps refuses with 203: <html>Sign in. Whether ARGOSY_TOKEN or"),
        (redirect, "Azure DevOps refuses with 302"),
        (
            ResponseTemplate::new(200).set_body_string("{}"),
            "Azure DevOps cannot be understood: its answer has no checks",
        ),
    ] {
        host.reset().await;
        Mock::given(method("GET")).respond_with(answer).mount(&host).await;
        let config =
            format!("host = {{ kind = \"azure\", api = \"{}\", repository = \"o/p/r\" }}\n", host.uri());
        clone.write("argosy.toml", &format!("{config}{}", registry.config("{ gate = \"checks\" }")));
        let access = Access { tokens: [(HostKind::Azure, "secret".into())].into(), ..Access::default() };
        expect(&ask(&clone, &verify(access)).await, &[(Outcome::Absent, says)]);
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty(), "the token goes to nobody else");
}
