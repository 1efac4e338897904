//! `promote`: what it proposes, what it leaves alone, and what it refuses.

use argosy_delivery::{Access, Error, HostKind, Outcome, PeerError, PromoteRequest, Promotion};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::{
    hosts::dialects,
    scratch::{CONFIG, Clone, Remote, digest, release, rollback, services},
};

/// Everything of dev to prod.
pub(crate) fn request() -> PromoteRequest {
    PromoteRequest {
        from: "dev".into(),
        to: "prod".into(),
        services: Vec::new(),
        actor: Some("pipeline".into()),
        is_branch_only: false,
        is_dry_run: false,
        access: Access::default(),
        now: "2026-11-24T12:00:00Z".parse().unwrap(),
    }
}

/// Promotes, which has to succeed.
pub(crate) async fn promote(clone: &Clone, request: &PromoteRequest) -> Promotion {
    clone.delivery().await.promote(request).await.unwrap()
}

async fn refused(clone: &Clone, request: &PromoteRequest) -> Error {
    clone.delivery().await.promote(request).await.unwrap_err()
}

const BRANCH: &str = "promote/dev-to-prod";

fn branches(remote: &Remote) -> String {
    remote.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads"])
}

#[tokio::test]
async fn one_line_a_service_on_a_branch_of_its_own() {
    let remote = Remote::new();
    let clone = remote.clone();
    let api = clone.publish("api/main", "2", "Change the api");
    clone.set("dev", "api", '1', &api).await.unwrap();
    let webapp = clone.publish("webapp/main", "2", "Change the webapp");
    clone.set("dev", "webapp", '2', &webapp).await.unwrap();
    let head = remote.head();
    let before = clone.git(&["status", "--porcelain"]);

    let promotion = promote(&clone, &request()).await;
    assert_eq!(remote.head(), head, "nothing is deployed");
    assert_eq!(clone.git(&["status", "--porcelain"]), before);
    assert!(promotion.request.is_none() && promotion.is_pushed);
    assert_eq!(remote.git(&["rev-parse", BRANCH]), promotion.commit.as_ref().unwrap().as_str());
    assert_eq!(remote.git(&["rev-parse", &format!("{BRANCH}^")]), head);
    let numbers = remote.git(&["diff", "--numstat", "main", BRANCH]);
    assert_eq!(numbers, format!("2\t2\t{}", services("prod")));
    let message = remote.git(&["log", "-1", "--format=%B", BRANCH]);
    let [zero, one, two] = ['0', '1', '2'].map(digest);
    let expected = format!(
        "Promote api, webapp from dev to prod\n\nEnvironment: prod\nService: api\nDigest: {one}\nReplaces: {zero}\nSource-Commit: {api}\nService: webapp\nDigest: {two}\nReplaces: {zero}\nSource-Commit: {webapp}\nAction: promote\nActor: pipeline"
    );
    assert_eq!(message.trim_end(), expected);

    // Again: not a push, which would take approvals away, whether or not the branch goes on.
    for _ in 0..2 {
        let again = promote(&clone, &request()).await;
        assert_eq!((&again.commit, again.is_pushed), (&promotion.commit, false));
        clone.publish("api/main", "3", "Go on");
    }
    // Another digest replaces the branch's commit, which is upon the head again.
    clone.set("dev", "api", '3', &api).await.unwrap();
    let next = promote(&clone, &request()).await;
    assert!(next.is_pushed);
    assert_eq!(remote.git(&["rev-parse", &format!("{BRANCH}^")]), remote.head());
    // What somebody put upon it goes, too.
    clone.git(&["fetch", "--quiet"]);
    clone.git(&["checkout", "--quiet", "-B", "other", &format!("origin/{BRANCH}")]);
    clone.write("more", "1");
    clone.commit("Something else");
    clone.git(&["push", "--quiet", "origin", &format!("HEAD:{BRANCH}")]);
    assert!(promote(&clone, &request()).await.is_pushed);
    assert_eq!(remote.git(&["rev-list", "--count", &format!("main..{BRANCH}")]), "1");
    assert_eq!(remote.git(&["diff", "--name-only", "main", BRANCH]), services("prod"));
}

#[tokio::test]
async fn nothing_to_promote_is_no_branch() {
    let remote = Remote::new();
    let clone = remote.clone();
    let promotion = promote(&clone, &request()).await;
    assert!(promotion.commit.is_none() && promotion.message.is_none() && promotion.changes.is_empty());
    assert_eq!(promotion.unchanged.len(), 2);
    clone.set("dev", "webapp", '1', "HEAD").await.unwrap();
    let only = PromoteRequest { services: vec!["api".into()], ..request() };
    assert!(promote(&clone, &only).await.changes.is_empty());
    assert_eq!(branches(&remote), "main");
}

#[tokio::test]
async fn the_body_says_what_whoever_merges_has_to_know() {
    let remote = Remote::new();
    let clone = remote.clone();
    let old = clone.publish("api/main", "1", "The first");
    clone.set("dev", "api", '1', &old).await.unwrap();
    clone.set("prod", "api", '1', &old).await.unwrap();
    clone.publish("api/main", "2", "Ask @everybody, and close #1 ```");
    clone.publish("api/migrations/2.sql", "alter table a add b text;", "Add b");
    clone.publish("webapp/main", "2", "Of no concern");
    let new = clone.publish(
        "api/migrations/3.sql",
        "-- contract: devices.label goes\nalter table devices drop label;",
        "Drop the label",
    );
    clone.set("dev", "api", '2', &new).await.unwrap();
    let gates = r#"from = "dev"
gates = [{ gate = "freeze", windows = [{ days = ["Tue"], why = "no" }] }, { gate = "rebuild" }]"#;
    clone.write("argosy.toml", &CONFIG.replace("from = \"dev\"", gates));

    let promotion = promote(&clone, &PromoteRequest { is_dry_run: true, ..request() }).await;
    assert_eq!(branches(&remote), "main", "nothing is written");
    assert_eq!(promotion.lines.len(), 1);
    assert_eq!(promotion.outcome, Outcome::Fail);
    let [short_old, short_new] = [&old[..10], &new[..10]];
    let body = &promotion.body;
    for says in [
        format!("| api | `111111111111` | `{short_old}` | `222222222222` | `{short_new}` | 3 |"),
        "## CONTRACT: there is no way back after this".into(),
        "api api/migrations/3.sql: devices.label goes".into(),
        "**1 fail, 1 are absent**".into(),
        "  fail   freeze     nothing comes in each Tue: no".into(),
        "  absent rebuild    nobody has noted".into(),
        "api (3)".into(),
        "Ask @everybody, and close #1 ''' (Ada)".into(),
        "api api/migrations/2.sql".into(),
        "Deployment api spec.template.spec.containers[api].image".into(),
        format!("    then: \"registry.example/team/api@{}\"", digest('2')),
        format!("Source-Commit: {new}"),
    ] {
        assert!(body.contains(&says), "{says} is not in\n{body}");
    }
    assert!(!body.contains("Of no concern") && !body.contains("OLDER"), "{body}");
    // Whatever people wrote stands between fences.
    let outside: String = body.split("```").step_by(2).collect();
    assert!(!outside.contains('@') && !outside.contains("#1"), "{outside}");

    // A gate that fails keeps nobody from proposing.
    let proposed = promote(&clone, &request()).await;
    assert!(proposed.is_pushed && proposed.outcome == Outcome::Fail);

    // Back in dev, so prod would lose what it has by then.
    clone.set("prod", "api", '2', &new).await.unwrap();
    clone.set("dev", "api", '1', &old).await.unwrap();
    let promotion = promote(&clone, &PromoteRequest { is_dry_run: true, ..request() }).await;
    assert!(
        promotion.body.contains("## OLDER than what runs") && promotion.body.contains("| 0, and 3 fewer |"),
        "{}",
        promotion.body
    );
    assert!(promotion.body.contains("devices.label goes"));
    let json = serde_json::to_value(&promotion).unwrap();
    assert_eq!(json["between"][0]["go"]["migrations"][1]["contract"], "devices.label goes");
    assert_eq!(json["rendered"][0]["kind"], "Deployment");
}

#[tokio::test]
async fn what_is_held_stays() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.set("prod", "api", '1', "HEAD").await.unwrap();
    clone.set("prod", "api", '2', "HEAD").await.unwrap();
    clone.delivery().await.rollback(&rollback(None)).await.unwrap();
    clone.set("dev", "api", '3', "HEAD").await.unwrap();
    assert!(promote(&clone, &request()).await.changes.is_empty());
    clone.set("dev", "webapp", '3', "HEAD").await.unwrap();
    let promotion = promote(&clone, &request()).await;
    assert_eq!((promotion.changes.len(), promotion.held.len()), (1, 1));
    assert!(promotion.body.contains("## Held") && promotion.body.contains("by Ada: it forgets"));
    let named = PromoteRequest { services: vec!["api".into()], ..request() };
    let error = refused(&clone, &named).await;
    assert!(matches!(error, Error::Held { .. }) && error.is_refusal(), "{error}");
    clone.delivery().await.release(&release()).await.unwrap();
    assert_eq!(promote(&clone, &named).await.changes.len(), 1);
}

#[tokio::test]
async fn a_branch_that_was_merged_and_left_there_is_made_anew() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.set("prod", "api", '9', "HEAD").await.unwrap();
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    let merged = promote(&clone, &request()).await.commit.unwrap();
    clone.git(&["pull", "--quiet", "--rebase"]);
    clone.git(&["merge", "--quiet", "--no-ff", "--message", "Merge it", &format!("origin/{BRANCH}")]);
    clone.git(&["push", "--quiet", "origin", "HEAD:main"]);
    assert!(promote(&clone, &request()).await.changes.is_empty());
    clone.delivery().await.rollback(&rollback(None)).await.unwrap();
    clone.delivery().await.release(&release()).await.unwrap();
    let again = promote(&clone, &request()).await;
    assert!(again.is_pushed && again.commit != Some(merged), "{again:?}");
}

#[tokio::test]
async fn environments_that_are_no_neighbours() {
    let remote = Remote::new();
    let clone = remote.clone();
    let more = "[[environment]]\nname = \"live\"\nfrom = \"prod\"\n";
    clone.write("argosy.toml", &CONFIG.replace("[[difference]]", &format!("{more}\n[[difference]]")));
    for (from, to, says) in [
        ("dev", "test", "argosy.toml names no environment 'test'; it names dev, prod, live"),
        ("test", "prod", "argosy.toml names no environment 'test'"),
        ("dev", "dev", "nothing is promoted from dev to dev: they are one environment"),
        (
            "prod",
            "dev",
            "nothing is promoted from prod to dev: argosy.toml does not say where it takes its digests from; there, `from = \"prod\"` would",
        ),
        (
            "dev",
            "live",
            "nothing is promoted from dev to live: argosy.toml says that it takes its digests from prod",
        ),
    ] {
        let error = refused(&clone, &PromoteRequest { from: from.into(), to: to.into(), ..request() }).await;
        assert!(error.to_string().starts_with(says), "{error}");
    }
    let unknown = PromoteRequest { services: vec!["billing".into()], ..request() };
    assert!(matches!(refused(&clone, &unknown).await, Error::UnknownService { .. }));
}

#[tokio::test]
async fn who_may_not_ask_is_told_before_anything_is_pushed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (remote, github) = (Remote::new(), &dialects()[0]);
    let clone = remote.clone();
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    let server = github.serve().await;
    github.name_in(&clone, &server, CONFIG);
    let error = refused(&clone, &request()).await;
    assert!(matches!(error, Error::Peer(PeerError::NoToken { .. })), "{error}");
    assert!(
        error.to_string().starts_with("there is no token for GitHub: ARGOSY_TOKEN or GH_TOKEN"),
        "{error}"
    );
    let wrong = Access { tokens: [(HostKind::GitHub, "another".into())].into(), ..Access::default() };
    let error = refused(&clone, &PromoteRequest { access: wrong, ..request() }).await.to_string();
    assert!(error.starts_with("GitHub refuses with 404"), "{error}");
    assert_eq!(branches(&remote), "main");
    // A plain branch needs no token.
    let promotion = promote(&clone, &PromoteRequest { is_branch_only: true, ..request() }).await;
    assert!(promotion.is_pushed && promotion.request.is_none());

    // Who may read and not write is told what is there already.
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json([(); 0]))
        .mount(&server)
        .await;
    let denied = ResponseTemplate::new(403).set_body_string("Resource not accessible by integration");
    Mock::given(method("POST")).respond_with(denied).mount(&server).await;
    github.name_in(&clone, &server, CONFIG);
    let error = refused(&clone, &PromoteRequest { access: github.access(), ..request() }).await.to_string();
    let says = "promote/dev-to-prod is pushed, but its pull request is not: GitHub refuses with 403: Resource not accessible";
    assert!(error.starts_with(says), "{error}");
}

#[tokio::test]
async fn a_branch_that_may_not_be_pushed() {
    let remote = Remote::new();
    let clone = remote.clone();
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    remote.git(&["branch", "promote", "main"]);
    let error = refused(&clone, &request()).await.to_string();
    assert!(error.contains("'refs/heads/promote' exists; cannot create"), "{error}");
    remote.git(&["branch", "-D", "promote"]);
    remote.hook("pre-receive", "echo 'error: GH013: Repository rule violations found' >&2; exit 1");
    let error = refused(&clone, &request()).await;
    assert!(matches!(error, Error::ProtectedBranch { .. }) && error.is_refusal(), "{error}");
    remote.hook("pre-receive", "echo x >>count; echo 'no room' >&2; exit 1");
    let error = refused(&clone, &request()).await.to_string();
    assert!(error.starts_with("origin refused the commit 4 times: no room"), "{error}");
}
