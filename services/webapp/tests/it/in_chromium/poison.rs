//! Markup and SQL in everything that a page shows is text.

use argosy_wire::api::token::{CreateTokenRequest, Scope};
use chrono::Utc;
use serde_json::json;

use crate::{
    browser,
    stack::{Fleet, run},
};

const POISON: &str =
    "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
const SQL: &str = "'; drop table readings; --";

#[test]
fn poison_is_shown_as_text_and_never_runs() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("truck-0001", &[]).await;
        let request = CreateTokenRequest {
            name: POISON.into(),
            fleet: Some(fleet.name.clone()),
            scopes: vec![Scope::Read],
            expires_in_days: None,
        };
        fleet.client.create_token(&request).await.unwrap();
        let mut batch = fleet.batch();
        let values = json!({"speed": 1, "note": POISON, "sql": SQL});
        batch.reading("truck-0001", (1, 1), Utc::now(), values.as_object().unwrap());
        batch.telemetry("truck-0001", Utc::now(), POISON);
        batch.telemetry("truck-0001", Utc::now(), json!({POISON: SQL}).to_string());
        batch.message(&format!("v1/{}/{POISON}/telemetry", fleet.name), Utc::now(), "{}");
        // Sent by the fleet's own person, so that what names no device is the fleet's too.
        fleet.client.ingest(batch.into_lines().into()).await.unwrap();

        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        // Labels hold none of it; what is wrong with it is said in its own words.
        tab.goto("/devices").await;
        tab.click("[popovertarget=create]").await;
        tab.write("#create [name=name]", "truck-0002").await;
        tab.write("#create [name=labels]", POISON).await;
        tab.click("#create [type=submit]").await;
        tab.until_text(".notice", "'<img' is no label").await;
        assert_unbroken(&tab, "a notice").await;
        for (path, is_shown) in [
            ("/", true),
            ("/devices", false),
            ("/devices/truck-0001", true),
            ("/devices?label=note:%3Cimg%20src=x%3E&search=%3Cscript%3E", false),
            ("/dead-letters", true),
            ("/dead-letters?reason=not_json", false),
            ("/settings/tokens", true),
            ("/settings/audit", true),
            ("/live?text=%3Cimg%20src=x%3E", false),
        ] {
            tab.goto(path).await;
            let shown = tab.text("main").await.contains("<img src=x");
            assert!(shown || !is_shown, "{path} shows it as it is");
            assert_unbroken(&tab, path).await;
        }
        tab.goto("/dead-letters?reason=not_json").await;
        tab.click("tbody th a").await;
        tab.until_text("pre", "<script>document.title='broken'</script>").await;
        assert_unbroken(&tab, "a dead letter").await;

        tab.goto("/live").await;
        tab.until_text("#pill", "Live").await;
        let mut batch = fleet.batch();
        batch.reading("truck-0001", (1, 2), Utc::now(), values.as_object().unwrap());
        fleet.ingest(batch).await;
        tab.until_text("#tail tbody", "<img src=x").await;
        tab.until_text("#tail tbody", SQL).await;
        assert_unbroken(&tab, "the live tail").await;
        tab.assert_quiet().await;
    });
}

async fn assert_unbroken(tab: &browser::Tab, page: &str) {
    let found = "return [document.title, document.querySelectorAll('img[src=x], script:not([src]):not([type])').length]";
    let found = tab.script(found).await;
    assert!(!found[0].as_str().unwrap().contains("broken") && found[1] == 0, "{page}: {found}");
}
