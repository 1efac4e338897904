//! `argosy-api bootstrap`: what an installation needs, as often as it is run.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use argosy_api::{BootstrapOptions, DatabaseConfig, SealConfig, bootstrap};
use serde_json::json;

use crate::support::{Api, SEAL_KEY};

fn options(api: &Api, folder: &Path) -> BootstrapOptions {
    BootstrapOptions {
        database: DatabaseConfig {
            database_url: Some(api.database_url()),
            database_url_file: None,
            database_connections: 4,
        },
        seal: SealConfig { seal_key: Some(SEAL_KEY.into()), seal_key_file: None },
        fleet: "north".parse().unwrap(),
        auto_register: true,
        admin_email: "admin@localhost".into(),
        admin_password_file: folder.join("password"),
        token_file: folder.join("token"),
        tokens: vec![
            format!("ingest:ingest:{}", folder.join("ingest-token").display()).parse().unwrap(),
            format!("broker:read:{}", folder.join("broker-token").display()).parse().unwrap(),
        ],
        device_ca_file: Some(folder.join("device-ca.pem")),
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap().trim().to_owned()
}

#[tokio::test]
async fn makes_what_is_missing_and_leaves_what_is_right() {
    let api = Api::start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = options(&api, folder.path());
    bootstrap(&options).await.unwrap();
    let [ingest_file, broker_file] = [0, 1].map(|index| &options.tokens[index].file);
    for file in [&options.admin_password_file, &options.token_file, ingest_file, broker_file] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
    let admin = api.anonymous().with_bearer(&read(&options.token_file));
    assert_eq!(admin.get("/fleets/north").await.expect(200)["auto_register"], true);
    assert_eq!(
        admin.get("/device-ca").await.expect_text(),
        fs::read_to_string(options.device_ca_file.as_ref().unwrap()).unwrap()
    );
    for (file, scope) in [(ingest_file, "ingest"), (broker_file, "read")] {
        let service = api.anonymous().with_bearer(&read(file));
        assert_eq!(service.get("/me").await.expect(200)["scopes"], json!([scope]));
    }
    let sign_in = async || {
        let body = json!({"email": "admin@localhost", "password": read(&options.admin_password_file)});
        api.anonymous().post("/sessions", body).await
    };
    sign_in().await.expect(201);

    let changes = admin.get("/audit").await.expect(200);
    bootstrap(&options).await.unwrap();
    assert_eq!(admin.get("/users").await.expect(200).as_array().unwrap().len(), 1);
    let again = admin.get("/audit").await.expect(200);
    assert_eq!(again["items"][0]["id"], changes["items"][0]["id"], "the second run changed something");

    // Another password in the file is the password from then on.
    fs::write(&options.admin_password_file, "a password of my own\n").unwrap();
    bootstrap(&options).await.unwrap();
    sign_in().await.expect(201);
}

#[tokio::test]
async fn does_not_go_on_with_another_seal_key() {
    let api = Api::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&api, folder.path());
    options.seal.seal_key = Some("f".repeat(64).into());
    let error = format!("{:#}", bootstrap(&options).await.unwrap_err());
    assert!(error.contains("ARGOSY_SEAL_KEY is not the key"), "{error}");
    let fleets: i64 = sqlx::query_scalar("select count(*) from fleets").fetch_one(&api.pool).await.unwrap();
    assert_eq!(fleets, 1, "nothing of it is kept");
}
