//! The live tail.

use argosy_wire::status::StatusMessage;
use chrono::Utc;
use serde_json::json;

use crate::{
    browser,
    stack::{Fleet, run},
};

async fn send(fleet: &Fleet, device: &str, seq: i64, speed: f64) {
    let mut batch = fleet.batch();
    batch.reading(device, (7, seq), Utc::now(), json!({"speed": speed}).as_object().unwrap());
    fleet.ingest(batch).await;
}

#[test]
fn the_tail_streams_pauses_and_filters() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("van-0001", &[]).await;
        fleet.device("van-0002", &[]).await;
        // Now they are online.
        send(&fleet, "van-0001", 1, 0.0).await;
        send(&fleet, "van-0002", 1, 0.0).await;
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        tab.goto("/live").await;
        tab.until_text("#pill", "Live").await;
        send(&fleet, "van-0001", 2, 11.5).await;
        send(&fleet, "van-0002", 2, 22.5).await;
        let first_row = "#tail tbody tr:first-child";
        tab.until_text(first_row, "22.5").await;
        tab.until_text("#tail tbody tr:nth-child(2)", "11.5").await;

        // What comes while it is paused waits, and nothing on the page changes.
        tab.click("#pause").await;
        tab.until_text("#pill", "Paused").await;
        send(&fleet, "van-0001", 3, 33.5).await;
        tab.until_text("#waiting", "Waiting 1").await;
        assert!(tab.text(first_row).await.contains("22.5"));
        tab.click("#pause").await;
        tab.until_text(first_row, "33.5").await;

        // A number that is skipped is a gap; a status is presence.
        send(&fleet, "van-0001", 7, 44.5).await;
        tab.until_text("#tail tbody", "#4 to #6").await;
        let mut batch = fleet.batch();
        batch.status("van-0002", Utc::now(), StatusMessage { online: false, boot: 7, connection: 1 });
        fleet.ingest(batch).await;
        tab.until_text("#tail tbody", "Offline").await;

        tab.write("#text", "van-0002").await;
        tab.until("!document.querySelector('#tail tbody').innerText.includes('van-0001')").await;
        tab.until("location.search == '?text=van-0002'").await;
        assert!(tab.text("#tail tbody").await.contains("22.5"));
        tab.assert_still().await;
        tab.assert_quiet().await;
    });
}

#[test]
fn what_is_watched_can_be_chosen() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("van-0001", &[]).await;
        fleet.device("van-0002", &[]).await;
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        tab.goto("/live?device=van-0002").await;
        tab.until_text("#pill", "Live").await;
        send(&fleet, "van-0001", 1, 11.5).await;
        send(&fleet, "van-0002", 1, 22.5).await;
        tab.until_text("#tail tbody", "22.5").await;
        assert!(!tab.text("#tail tbody").await.contains("van-0001"), "one device is watched");
        tab.assert_quiet().await;
    });
}
