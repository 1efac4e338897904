//! What a first visit costs.

use crate::{
    browser,
    stack::{Fleet, run, tell_hour},
};

/// Bytes over the wire for a page with charts, with nothing in the cache.
const MOST: f64 = 150_000.0;

#[test]
fn a_first_visit_is_light() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("truck-0001", &[]).await;
        tell_hour(&fleet, "truck-0001", 1).await;
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        for path in ["/", "/devices/truck-0001", "/live"] {
            tab.command("Network.clearBrowserCache", serde_json::json!({})).await;
            tab.log().await;
            tab.goto(path).await;
            tab.until_text("#pill", "Live").await;
            let evidence = tab.assert_quiet().await;
            let bytes = evidence.bytes;
            println!("{path}: {bytes} bytes in {} requests", evidence.requests.len());
            assert!((1_000.0..MOST).contains(&bytes), "{path}: {bytes} bytes");
        }
    });
}
