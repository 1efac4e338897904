//! A device's page: what is new comes by itself, and charts can be looked into.

use chrono::Utc;
use serde_json::json;

use crate::{
    browser,
    stack::{Fleet, run, tell_hour},
};

#[test]
fn latest_values_and_charts_follow_the_device() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("truck-0001", &[("depot", "berlin")]).await;
        tell_hour(&fleet, "truck-0001", 1).await;
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        tab.goto("/devices/truck-0001?key=speed&key=fuel&key=door_open").await;
        tab.until_text("#pill", "Live").await;
        tab.until("document.querySelectorAll('#plots canvas').length == 3").await;
        assert!(tab.text(".says").await.contains("13 messages are missing"));
        tab.script("window.before = document.querySelector('figure[data-key=speed] canvas').toDataURL()")
            .await;

        // Another key each time: of two values that come at once, a chart shows the mean.
        for (seq, key, value) in [(1_000, "fuel", 123.5), (1_001, "speed", 98.25)] {
            let mut batch = fleet.batch();
            let values = json!({key: value, "door_open": true});
            batch.reading(
                "truck-0001",
                (Utc::now().timestamp(), seq),
                Utc::now(),
                values.as_object().unwrap(),
            );
            fleet.ingest(batch).await;
            tab.until_text(&format!("tr[data-key={key}] output"), &value.to_string()).await;
        }
        tab.until_text("tr[data-key=door_open] output", "true").await;
        tab.until_text("figure[data-key=speed] .readout", "last 98.25").await;
        tab.until("document.querySelector('figure[data-key=speed] canvas').toDataURL() != window.before")
            .await;
        tab.assert_still().await;
        tab.assert_quiet().await;
    });
}

#[test]
fn a_range_is_drawn_into_the_chart_and_stays_in_the_address() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("truck-0001", &[]).await;
        tell_hour(&fleet, "truck-0001", 1).await;
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        tab.goto("/devices/truck-0001?key=speed&range=1h").await;
        tab.until("document.querySelector('#plots canvas')").await;
        let whole = tab.text("#span").await;
        let over = tab.element(".u-over").await;
        let actions = tab.web().action_chain().move_to_element_with_offset(&over, 40, 0).click_and_hold();
        actions.move_by_offset(200, 0).release().perform().await.unwrap();
        tab.until("/from=\\d+&to=\\d+/.test(location.search)").await;
        tab.until("document.querySelector('[popovertarget=custom]').ariaCurrent == 'true'").await;
        tab.until(&format!("document.querySelector('#span').innerText != {whole:?}")).await;
        let drawn = tab.text("#span").await;
        tab.web().refresh().await.unwrap();
        tab.until("document.querySelector('#plots canvas')").await;
        assert_eq!(tab.text("#span").await, drawn, "the address holds the range");
        tab.web().back().await.unwrap();
        tab.until("location.search.includes('range=1h')").await;
        tab.assert_quiet().await;
    });
}

#[test]
fn charts_are_drawn_anew_in_the_other_colours() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("truck-0001", &[]).await;
        tell_hour(&fleet, "truck-0001", 1).await;
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        tab.theme(browser::Theme::Light).await;
        tab.goto("/devices/truck-0001?key=speed&range=15m").await;
        tab.until("document.querySelector('#plots canvas')").await;
        let ground = "return getComputedStyle(document.documentElement).backgroundColor";
        let before = tab.script(ground).await;
        tab.click("[data-theme-switch] button").await;
        tab.until("document.documentElement.dataset.theme == 'dark'").await;
        tab.until("document.querySelector('#plots canvas')").await;
        assert_ne!(tab.script(ground).await, before);
        tab.goto("/devices").await;
        assert_eq!(tab.script("return document.documentElement.dataset.theme").await, "dark");
        tab.assert_quiet().await;
    });
}
