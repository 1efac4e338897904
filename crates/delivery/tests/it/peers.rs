//! A registry that speaks the distribution API as its specification has it, with what BuildKit stores in it, and `argosy.toml` for it.
//! It is a real server of HTTP on this machine; the public registries and hosts cannot be had in a test.

use argosy_delivery::{Access, ImageSet, Outcome, Verification, VerifyRequest};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

use crate::scratch::{CONFIG, Clone, Remote, kustomization, services};

/// The commit that the images are built from.
pub(crate) const SOURCE: &str = "1234567890123456789012345678901234567890";

/// The registry.
pub(crate) struct Registry {
    pub(crate) server: MockServer,
}

/// The digest of something.
pub(crate) fn digest_of(body: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(body)))
}

impl Registry {
    pub(crate) async fn new() -> Self {
        // The command installs it for the process; an error says that a test has.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { server: MockServer::start().await }
    }

    /// Host, port and folder, as overlays name them.
    pub(crate) fn name(&self) -> String {
        format!("{}/team", self.server.address())
    }

    /// `argosy.toml` with this registry and these gates for prod.
    pub(crate) fn config(&self, gates: &str) -> String {
        CONFIG
            .replace("registry.example/team", &self.name())
            .replace("from = \"dev\"", &format!("from = \"dev\"\ngates = [{gates}]"))
    }

    /// Keeps something of the api's image; its digest.
    pub(crate) async fn put(&self, kind: &str, body: &[u8]) -> String {
        let digest = digest_of(body);
        self.answer(kind, &digest, ResponseTemplate::new(200).set_body_bytes(body)).await;
        digest
    }

    pub(crate) async fn put_json(&self, kind: &str, body: &Value) -> String {
        self.put(kind, body.to_string().as_bytes()).await
    }

    /// Answers for something of the api's image.
    pub(crate) async fn answer(&self, kind: &str, digest: &str, answer: ResponseTemplate) {
        Mock::given(method("GET"))
            .and(path(format!("/v2/team/api/{kind}/{digest}")))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    /// Keeps an image as `docker buildx build --sbom=true --provenance=mode=max` pushes it; its digest.
    pub(crate) async fn put_image(&self, source: &str) -> String {
        self.put_image_of(source, &["a", "b"]).await
    }

    /// The same, of these packages.
    pub(crate) async fn put_image_of(&self, source: &str, packages: &[&str]) -> String {
        let image = digest_of(b"image");
        let hex = image.strip_prefix("sha256:").unwrap();
        let statement = |kind: &str, predicate: Value| {
            json!({"_type": "https://in-toto.io/Statement/v0.1", "predicateType": kind,
                   "subject": [{"name": "_", "digest": {"sha256": hex}}], "predicate": predicate})
        };
        let (spdx, slsa) = ("https://spdx.dev/Document", "https://slsa.dev/provenance/v0.2");
        let sbom = self.put_json("blobs", &statement(spdx, json!({"packages": packages}))).await;
        let metadata = json!({"https://mobyproject.org/buildkit@v1#metadata": {"vcs": {"revision": source}}});
        let provenance = self.put_json("blobs", &statement(slsa, json!({"metadata": metadata}))).await;
        let layer = |kind: &str, digest: &str| {
            json!({"mediaType": "application/vnd.in-toto+json", "digest": digest, "size": 1,
                   "annotations": {"in-toto.io/predicate-type": kind}})
        };
        let attestation = json!({"schemaVersion": 2, "config": {"digest": digest_of(b"{}"), "size": 2},
                                 "layers": [layer(spdx, &sbom), layer(slsa, &provenance)]});
        let attestation = self.put_json("manifests", &attestation).await;
        let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
            {"digest": image, "size": 1, "platform": {"os": "linux", "architecture": "amd64"}},
            {"digest": attestation, "size": 1, "platform": {"os": "unknown", "architecture": "unknown"},
             "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image}},
        ]});
        self.put_json("manifests", &index).await
    }

    /// Asks for a token from now on, which whoever shows this login gets, or everybody. Before anything is put.
    pub(crate) async fn ask_for_token(&self, login: Option<&str>) {
        let token = Mock::given(method("GET"))
            .and(path("/token"))
            .and(query_param("scope", "repository:team/api:pull"))
            .and(query_param("service", "here"));
        let token = match login {
            Some(login) => token.and(header("authorization", format!("Basic {login}"))),
            None => token,
        };
        token
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"token": "let-me"})))
            .mount(&self.server)
            .await;
        let realm = format!(
            "Bearer realm=\"{}/token\",service=\"here\",scope=\"repository:team/api:pull\"",
            self.server.uri()
        );
        Mock::given(|request: &wiremock::Request| {
            request.url.path().starts_with("/v2/")
                && request.headers.get("authorization").is_none_or(|shown| shown != "Bearer let-me")
        })
        .respond_with(
            ResponseTemplate::new(401)
                .insert_header("www-authenticate", realm)
                .set_body_string("who are you"),
        )
        .with_priority(1)
        .mount(&self.server)
        .await;
    }
}

/// Everything about the gates of prod.
pub(crate) fn verify(access: Access) -> VerifyRequest {
    VerifyRequest {
        environment: "prod".into(),
        from: None,
        services: vec!["api".into()],
        rebuilt: None,
        access,
        now: "2026-11-24T12:00:00Z".parse().unwrap(),
    }
}

/// A clone whose prod pulls from a registry, and has these gates.
pub(crate) fn clone_of(remote: &Remote, registry: &Registry, gates: &str) -> Clone {
    let clone = remote.clone();
    clone.write("argosy.toml", &registry.config(gates));
    for environment in ["dev", "prod"] {
        clone.write(
            &services(environment),
            &kustomization().replace("registry.example/team", &registry.name()),
        );
    }
    clone.commit("Use the registry");
    clone.git(&["push", "--quiet", "origin", "main"]);
    clone
}

/// Sets the api's digest, as built from a commit.
pub(crate) async fn set(clone: &Clone, environment: &str, digest: &str, source: &str) {
    let request = ImageSet {
        environment: environment.into(),
        images: vec![("api".into(), digest.parse().unwrap())],
        source_commit: Some(source.into()),
        ..ImageSet::default()
    };
    clone.delivery().await.set_images(&request).await.unwrap();
    clone.git(&["fetch", "--quiet"]);
}

/// Asks, which has to succeed.
pub(crate) async fn ask(clone: &Clone, request: &VerifyRequest) -> Verification {
    clone.delivery().await.verify(request).await.unwrap()
}

/// Fails unless the api's gates say this, in their order.
pub(crate) fn expect(verification: &Verification, expected: &[(Outcome, &str)]) {
    let gates = &verification.services[0].gates;
    assert_eq!(gates.len(), expected.len(), "{gates:?}");
    for (judged, (outcome, says)) in gates.iter().zip(expected) {
        assert!(judged.outcome == *outcome && judged.evidence.contains(says), "{says}: {judged:?}");
        assert!(!judged.evidence.contains('\n'));
    }
    assert_eq!(verification.outcome, gates.iter().map(|judged| judged.outcome).max().unwrap());
}
