//! Dead letters: looked at, replayed, discarded.

use chrono::Utc;

use crate::{
    browser,
    stack::{Fleet, run},
};

#[test]
fn dead_letters_are_read_replayed_and_discarded() {
    run(async {
        let fleet = Fleet::new().await;
        let mut batch = fleet.batch();
        batch.telemetry(
            "truck-0099",
            Utc::now(),
            r#"{"boot":1,"seq":1,"points":[{"ts":null,"values":{"speed":3}}]}"#,
        );
        batch.telemetry("truck-0099", Utc::now(), r#"{"speed":42.5}"#);
        batch.telemetry("truck-0099", Utc::now(), "speed=12");
        fleet.ingest(batch).await;
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        tab.goto("/dead-letters?reason=unknown_device").await;
        tab.click("tbody th a").await;
        tab.until_text("h1", "Unknown device").await;
        tab.until_text("pre", "42.5").await;

        fleet.device("truck-0099", &[]).await;
        tab.click("form[action$='/replay'] .primary").await;
        tab.until_text(".notice", "1 stored").await;
        tab.goto("/devices/truck-0099").await;
        tab.until_text("tr[data-key=speed] output", "42.5").await;

        tab.goto("/dead-letters?reason=not_json").await;
        tab.click("tbody th a").await;
        tab.until_text("pre", "speed=12").await;
        tab.click("[popovertarget=discard]").await;
        tab.click("#discard .danger.solid").await;
        tab.until_text(".notice", "1 dead letter discarded.").await;

        // Several at once, after a question.
        tab.goto("/dead-letters").await;
        tab.click("[data-check-all]").await;
        tab.click("button[data-confirm]").await;
        tab.web().accept_alert().await.unwrap();
        tab.until_text(".blank", "Every message could be stored").await;
        tab.assert_quiet().await;
    });
}
