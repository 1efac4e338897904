//! A reading's whole path: a device, the broker, ingest, the API, PostgreSQL, the page.

use std::time::{Duration, UNIX_EPOCH};

use argosy_testkit::eventually;
use reqwest::{Certificate, header, redirect};
use serde_json::json;
use sqlx::Row as _;

use crate::{device::Device, stack::Stack};

#[tokio::test]
async fn what_a_device_publishes_is_a_row_and_on_its_page() {
    let stack = Stack::start(&["--no-simulator"]).await;
    let device = Device::register(&stack, "truck-7").await;
    let now = i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let values = json!({"temperature": 48.25, "door": true});
    let payload = json!({"boot": 1, "seq": 1, "points": [{"ts": now, "values": values}]}).to_string();
    // The same message twice, as a device does that saw no acknowledgement.
    assert!(device.publish(&stack, &payload).await);
    assert!(device.publish(&stack, &payload).await);
    assert!(device.publish(&stack, "nonsense").await);
    eventually(Duration::from_secs(20), async || {
        let dead: i64 = stack.sql("select count(*) from dead_letters").await[0].get(0);
        anyhow::ensure!(dead == 1, "{dead} dead letters");
        Ok(())
    })
    .await;
    let rows = stack
        .sql("select (extract(epoch from ts) * 1000)::bigint, values->>'temperature' from readings")
        .await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].get::<i64, _>(0), rows[0].get::<String, _>(1)), (now, "48.25".into()));

    let page = page(&stack, "/devices/truck-7").await;
    assert!(page.contains("48.25") && page.contains("temperature"), "{page}");
    let letters = self::page(&stack, "/dead-letters?reason=not_json").await;
    assert!(letters.contains("truck-7"), "{letters}");
}

/// A page, after signing in as a browser does.
async fn page(stack: &Stack, path: &str) -> String {
    let url = format!("https://localhost:{}", stack.webapp_port);
    argosy_runtime::crypto::install();
    let http = reqwest::Client::builder()
        .add_root_certificate(Certificate::from_pem(stack.text("ca.pem").as_bytes()).unwrap())
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let password = stack.text("password");
    let form = [("email", "admin@localhost"), ("password", password.trim()), ("next", path)];
    let answer = http.post(format!("{url}/sign-in")).header("origin", &url).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = http.get(format!("{url}{path}")).header("cookie", cookie).send().await.unwrap();
    assert_eq!(page.status(), 200);
    page.text().await.unwrap()
}
