//! Certificates of devices: issued, listed, revoked.

use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use reqwest::Method;
use serde_json::{Value, json};
use x509_parser::{certificate::X509Certificate, parse_x509_certificate, parse_x509_crl, pem::Pem};

use crate::support::{ALL, Api, Client};

fn pems(text: &str) -> Vec<Pem> {
    Pem::iter_from_buffer(text.as_bytes()).map(Result::unwrap).collect()
}

fn certificate(pem: &Pem) -> X509Certificate<'_> {
    parse_x509_certificate(&pem.contents).unwrap().1
}

async fn revoked(client: &Client) -> Vec<String> {
    let text = client.get("/device-ca/crl").await.expect_text();
    let mut serials = Vec::new();
    for pem in pems(&text) {
        let (_, list) = parse_x509_crl(&pem.contents).unwrap();
        serials.extend(
            list.iter_revoked_certificates().map(|revoked| revoked.raw_serial_as_string().replace(':', "")),
        );
    }
    serials
}

#[tokio::test]
async fn a_device_gets_a_certificate_that_the_root_vouches_for() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "truck-0001"})).await.expect(201);
    let issued = admin.post("/devices/truck-0001/credentials", json!({"valid_days": 30})).await;
    assert_eq!(issued.header("cache-control"), "no-store");
    let issued = issued.expect(201);
    let chain = pems(issued["certificate_pem"].as_str().unwrap());
    let root = pems(&admin.get("/device-ca").await.expect_text());
    let (leaf, fleet, root) = (certificate(&chain[0]), certificate(&chain[1]), certificate(&root[0]));
    assert_eq!(leaf.subject().to_string(), "CN=demo/truck-0001");
    leaf.verify_signature(Some(fleet.public_key())).unwrap();
    fleet.verify_signature(Some(root.public_key())).unwrap();
    assert!(!leaf.is_ca() && fleet.is_ca() && root.is_ca());
    assert!(leaf.extended_key_usage().unwrap().unwrap().value.client_auth);
    let days = (leaf.validity().not_after.timestamp() - leaf.validity().not_before.timestamp()) / 86_400;
    assert_eq!(days, 30);
    assert!(issued["private_key_pem"].as_str().unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
    let listed = admin.get("/devices/truck-0001/credentials").await;
    assert!(!listed.text().contains("PRIVATE KEY"));
    assert_eq!(listed.expect(200), json!([issued["credential"]]));
    // Keys lie sealed in the database.
    let sealed: Vec<u8> =
        sqlx::query_scalar("select ca_key_sealed from fleets").fetch_one(&api.pool).await.unwrap();
    assert!(!sealed.windows(7).any(|window| window == b"PRIVATE"));
}

#[tokio::test]
async fn is_revoked_by_its_id_or_with_its_device() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "truck"})).await.expect(201);
    let issue =
        async || admin.post("/devices/truck/credentials", json!({})).await.expect(201)["credential"].clone();
    let (one, two, three) = (issue().await, issue().await, issue().await);
    assert_eq!(revoked(&admin).await.len(), 0);
    let path =
        |credential: &Value| format!("/devices/truck/credentials/{}", credential["id"].as_str().unwrap());
    admin.delete(&path(&one)).await.expect(204);
    admin.delete(&path(&one)).await.expect(204);
    assert_eq!(revoked(&admin).await, [one["serial"].as_str().unwrap()]);
    let listed = admin.get("/devices/truck/credentials").await.expect(200);
    let is_revoked = |id: &Value| {
        listed.as_array().unwrap().iter().find(|c| &c["id"] == id).unwrap()["revoked_at"].is_string()
    };
    assert!(is_revoked(&one["id"]) && !is_revoked(&two["id"]) && !is_revoked(&three["id"]));

    admin.delete("/devices/truck").await.expect(204);
    let mut serials = revoked(&admin).await;
    serials.sort_unstable();
    let mut all: Vec<_> =
        [&one, &two, &three].map(|credential| credential["serial"].as_str().unwrap().to_owned()).into();
    all.sort_unstable();
    assert_eq!(serials, all, "who took over the name of a deleted device could use its certificates");
    admin.delete(&path(&one)).await.problem(404);
    admin.delete("/devices/truck/credentials/not-an-id").await.problem(404);
}

#[tokio::test]
async fn every_authority_has_a_list() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/fleets", json!({"name": "north"})).await.expect(201);
    let lists = pems(&admin.get("/device-ca/crl").await.expect_text());
    let issuers: Vec<String> =
        lists.iter().map(|pem| parse_x509_crl(&pem.contents).unwrap().1.issuer().to_string()).collect();
    assert_eq!(issuers, ["CN=Argosy device root", "CN=Argosy devices of demo", "CN=Argosy devices of north"]);
}

#[tokio::test]
async fn a_device_may_keep_its_own_key() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "truck"})).await.expect(201);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["another.name".into()]).unwrap();
    let request = params.serialize_request(&key).unwrap().pem().unwrap();
    let issued = admin.post("/devices/truck/credentials", json!({"csr_pem": request})).await.expect(201);
    assert!(issued.get("private_key_pem").is_none());
    let chain = pems(issued["certificate_pem"].as_str().unwrap());
    let leaf = certificate(&chain[0]);
    assert_eq!(leaf.subject().to_string(), "CN=demo/truck", "the subject asked for is ignored");
    assert!(leaf.subject_alternative_name().unwrap().is_none());
    assert_eq!(leaf.public_key().raw, key.subject_public_key_info());
}

#[tokio::test]
async fn refuses_what_cannot_be_issued() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "truck"})).await.expect(201);
    for days in [0, -1, 3651] {
        admin.post("/devices/truck/credentials", json!({"valid_days": days})).await.problem(422);
    }
    for request in
        ["", "hello", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"]
    {
        let detail = admin.post("/devices/truck/credentials", json!({"csr_pem": request})).await.problem(422);
        assert!(detail.contains("signing request"), "{detail}");
    }
    admin.post("/devices/truck/credentials", json!({"days": 1})).await.problem(422);
    admin.post("/devices/nobody/credentials", json!({})).await.problem(404);
}

#[tokio::test]
async fn revocation_lists_are_sent_again_only_when_they_changed() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "truck"})).await.expect(201);
    let issued = admin.post("/devices/truck/credentials", json!({})).await.expect(201);
    let etag = admin.get("/device-ca/crl").await.header("etag").to_owned();
    let again = async |etag: &str| {
        let request = admin.request(Method::GET, "/device-ca/crl").header("if-none-match", etag);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.headers()["etag"].to_str().unwrap().to_owned())
    };
    assert_eq!(again(&etag).await, (304, etag.clone()));
    let id = issued["credential"]["id"].as_str().unwrap();
    admin.delete(&format!("/devices/truck/credentials/{id}")).await.expect(204);
    let (status, revoked) = again(&etag).await;
    assert!(status == 200 && revoked != etag);
    // The devices of a new fleet are let in only once the broker has that fleet's list.
    admin.post("/fleets", json!({"name": "north"})).await.expect(201);
    assert_eq!(again(&revoked).await.0, 200);
}
