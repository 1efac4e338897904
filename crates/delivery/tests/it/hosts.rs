//! The code hosts' pull requests, by HTTP servers on this machine that take and give what the hosts document.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use argosy_delivery::{Access, Drawn, HostKind, PromoteRequest};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

use crate::{
    promote::{promote, request},
    scratch::{CONFIG, Clone, Remote, digest},
};

/// How a host speaks of pull requests.
pub(crate) struct Dialect {
    pub(crate) kind: HostKind,
    name: &'static str,
    repository: &'static str,
    authorization: String,
    /// Where they are listed and opened.
    requests: &'static str,
    /// What the list is asked for.
    asked: Vec<(&'static str, &'static str)>,
    /// Where the branches, the title and the body are in what opens one.
    opened: [(&'static str, &'static str); 3],
    body: &'static str,
    update: (&'static str, &'static str),
    /// A pull request as the host tells of it.
    request: Value,
    /// A list as the host writes it.
    list: fn(Vec<Value>) -> Value,
    url: &'static str,
}

pub(crate) fn dialects() -> [Dialect; 4] {
    let bearer = "Bearer secret-token".to_owned();
    let (from, to) = ("promote/dev-to-prod", "main");
    [
        Dialect {
            kind: HostKind::GitHub,
            name: "github",
            repository: "team/argosy",
            authorization: bearer.clone(),
            requests: "/repos/team/argosy/pulls",
            asked: vec![("state", "open"), ("head", "team:promote/dev-to-prod"), ("base", to)],
            opened: [("/head", from), ("/base", to), ("/title", "Promote api from dev to prod")],
            body: "body",
            update: ("PATCH", "/repos/team/argosy/pulls/7"),
            request: json!({"number": 7, "html_url": "https://github.com/team/argosy/pull/7"}),
            list: Value::from,
            url: "https://github.com/team/argosy/pull/7",
        },
        Dialect {
            kind: HostKind::GitLab,
            name: "gitlab",
            repository: "team/argosy",
            authorization: bearer.clone(),
            requests: "/projects/team%2Fargosy/merge_requests",
            asked: vec![("state", "opened"), ("source_branch", from), ("target_branch", to)],
            opened: [
                ("/source_branch", from),
                ("/target_branch", to),
                ("/title", "Promote api from dev to prod"),
            ],
            body: "description",
            update: ("PUT", "/projects/team%2Fargosy/merge_requests/7"),
            request: json!({"id": 4711, "iid": 7, "web_url": "https://gitlab.com/team/argosy/-/merge_requests/7"}),
            list: Value::from,
            url: "https://gitlab.com/team/argosy/-/merge_requests/7",
        },
        Dialect {
            kind: HostKind::Bitbucket,
            name: "bitbucket",
            repository: "team/argosy",
            authorization: bearer,
            requests: "/repositories/team/argosy/pullrequests",
            asked: vec![(
                "q",
                "state = \"OPEN\" AND source.branch.name = \"promote/dev-to-prod\" AND destination.branch.name = \"main\" AND source.repository.full_name = \"team/argosy\"",
            )],
            opened: [
                ("/source/branch/name", from),
                ("/destination/branch/name", to),
                ("/title", "Promote api from dev to prod"),
            ],
            body: "description",
            update: ("PUT", "/repositories/team/argosy/pullrequests/7"),
            request: json!({"id": 7, "links": {"html": {"href": "https://bitbucket.org/team/argosy/pull-requests/7"}}}),
            list: |values| json!({"values": values}),
            url: "https://bitbucket.org/team/argosy/pull-requests/7",
        },
        Dialect {
            kind: HostKind::Azure,
            name: "azure",
            repository: "org/team/argosy",
            authorization: format!("Basic {}", BASE64_STANDARD.encode(":secret-token")),
            requests: "/org/team/_apis/git/repositories/argosy/pullrequests",
            asked: vec![
                ("searchCriteria.status", "active"),
                ("searchCriteria.sourceRefName", "refs/heads/promote/dev-to-prod"),
                ("searchCriteria.targetRefName", "refs/heads/main"),
                ("api-version", "7.1"),
            ],
            opened: [
                ("/sourceRefName", "refs/heads/promote/dev-to-prod"),
                ("/targetRefName", "refs/heads/main"),
                ("/title", "Promote api from dev to prod"),
            ],
            body: "description",
            update: ("PATCH", "/org/team/_apis/git/repositories/argosy/pullrequests/7"),
            request: json!({"pullRequestId": 7, "url": "https://dev.azure.com/org/_apis/git/repositories/1/pullRequests/7"}),
            list: |values| json!({"value": values, "count": 1}),
            url: "/org/team/_git/argosy/pullrequest/7",
        },
    ]
}

impl Dialect {
    /// A server that keeps one pull request.
    pub(crate) async fn serve(&self) -> MockServer {
        let server = MockServer::start().await;
        let is_open = Arc::new(AtomicBool::new(false));
        let authorization = self.authorization.as_str();
        let mut listing =
            Mock::given(method("GET")).and(path(self.requests)).and(header("authorization", authorization));
        for (name, value) in &self.asked {
            listing = listing.and(query_param(*name, *value));
        }
        let (list, request, seen) = (self.list, self.request.clone(), is_open.clone());
        listing
            .respond_with(move |_: &Request| {
                let open = seen.load(Ordering::SeqCst).then(|| request.clone());
                ResponseTemplate::new(200).set_body_json(list(open.into_iter().collect()))
            })
            .mount(&server)
            .await;
        let request = self.request.clone();
        Mock::given(method("POST"))
            .and(path(self.requests))
            .and(header("authorization", authorization))
            .respond_with(move |_: &Request| {
                is_open.store(true, Ordering::SeqCst);
                ResponseTemplate::new(201).set_body_json(&request)
            })
            .mount(&server)
            .await;
        Mock::given(method(self.update.0))
            .and(path(self.update.1))
            .and(header("authorization", authorization))
            .respond_with(ResponseTemplate::new(200).set_body_json(&self.request))
            .mount(&server)
            .await;
        server
    }

    /// Makes a clone's `argosy.toml` name the server.
    pub(crate) fn name_in(&self, clone: &Clone, server: &MockServer, config: &str) {
        let Self { name, repository, .. } = self;
        let host = format!(
            "host = {{ kind = \"{name}\", api = \"{}\", repository = \"{repository}\" }}",
            server.uri()
        );
        clone.write("argosy.toml", &format!("{host}\n{config}"));
    }

    /// What there is to show it.
    pub(crate) fn access(&self) -> Access {
        Access { tokens: [(self.kind, "secret-token".into())].into(), ..Access::default() }
    }
}

#[tokio::test]
async fn every_host_gets_one_request_which_is_brought_up_to_date() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    for dialect in dialects() {
        let (remote, server) = (Remote::new(), dialect.serve().await);
        let clone = remote.clone();
        let what = dialect.name;
        dialect.name_in(&clone, &server, CONFIG);
        let asking = PromoteRequest { access: dialect.access(), ..request() };
        clone.set("dev", "api", '1', "HEAD").await.unwrap();
        let first = promote(&clone, &asking).await;
        let opened = first.request.as_ref().unwrap();
        assert_eq!((opened.number, opened.outcome), (7, Drawn::Opened), "{what}");
        assert!(opened.url.ends_with(dialect.url), "{what}: {}", opened.url);

        clone.set("dev", "api", '2', "HEAD").await.unwrap();
        let second = promote(&clone, &asking).await;
        assert_eq!(second.request.as_ref().unwrap().outcome, Drawn::Updated, "{what}");
        assert_eq!(remote.git(&["rev-parse", "promote/dev-to-prod"]), second.commit.unwrap().as_str());
        assert_eq!(remote.git(&["rev-list", "--count", "main..promote/dev-to-prod"]), "1", "{what}");

        let received = server.received_requests().await.unwrap();
        let sent: Vec<(String, Value)> = received
            .iter()
            .filter(|request| request.method.as_str() != "GET")
            .map(|request| (request.method.to_string(), request.body_json().unwrap()))
            .collect();
        assert_eq!(sent.len(), 2, "{what}");
        assert_eq!([&sent[0].0, &sent[1].0], ["POST", dialect.update.0], "{what}");
        for (pointer, value) in dialect.opened {
            assert_eq!(sent[0].1.pointer(pointer).and_then(Value::as_str), Some(value), "{what} {pointer}");
        }
        let body = |index: usize| sent[index].1[dialect.body].as_str().unwrap().to_owned();
        assert!(body(0).contains(digest('1').short()) && body(1).contains(digest('2').short()), "{what}");
        assert_eq!(body(1), second.body, "{what}: what is told is what the host got");
        assert!(received.iter().all(|request| !request.url.as_str().contains("secret")), "{what}");
    }
}

#[tokio::test]
async fn who_is_a_little_later_brings_the_others_request_up_to_date() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let [github, ..] = dialects();
    let (remote, server) = (Remote::new(), github.serve().await);
    let clone = remote.clone();
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    github.name_in(&clone, &server, CONFIG);
    // The first list is empty, and the other's request is there by the time of ours.
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    let exists = ResponseTemplate::new(422).set_body_string("A pull request already exists for team:promote");
    Mock::given(method("POST")).respond_with(exists).with_priority(1).mount(&server).await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([github.request])))
        .with_priority(2)
        .mount(&server)
        .await;
    let asking = PromoteRequest { access: github.access(), ..request() };
    let request = promote(&clone, &asking).await.request.unwrap();
    assert_eq!((request.number, request.outcome), (7, Drawn::Updated));
}

#[tokio::test]
async fn a_long_body_is_cut_to_what_the_host_keeps() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let [.., azure] = dialects();
    let (remote, server) = (Remote::new(), azure.serve().await);
    let clone = remote.clone();
    clone.set("prod", "api", '9', "HEAD").await.unwrap();
    for index in 0..60 {
        clone.git(&["pull", "--quiet", "--rebase"]);
        clone.write("api/main", &index.to_string());
        clone.commit(&format!("Change number {index} of the api, which has a long subject to tell of it"));
    }
    clone.git(&["push", "--quiet", "origin", "main"]);
    clone.set("dev", "api", '1', "HEAD").await.unwrap();
    azure.name_in(&clone, &server, CONFIG);
    let asking = PromoteRequest { access: azure.access(), ..request() };
    let promotion = promote(&clone, &asking).await;
    assert!((3_000..=4_000).contains(&promotion.body.chars().count()), "{}", promotion.body.len());
    assert!(promotion.body.contains("`argosy promote --dry-run` shows the rest"), "{}", promotion.body);
    assert!(
        promotion.body.contains("Replaces: sha256:999") && promotion.body.contains("| 60 |"),
        "{}",
        promotion.body
    );
    assert_eq!(promotion.body.matches("```").count() % 2, 0, "each block ends");
    assert_eq!(promotion.between[0].come.commits.len(), 50);
}
