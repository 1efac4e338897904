//! Every page answers, whole and escaped, and finds what is asked for.

use argosy_wire::api::user::Role;

use crate::site::Site;

/// Every page that a person can open by its address.
pub(crate) const PAGES: [&str; 14] = [
    "/",
    "/devices",
    "/devices/truck-0001",
    "/devices/truck-0001?range=24h&key=speed&key=door_open",
    "/import/devices",
    "/live",
    "/dead-letters",
    "/dead-letters?reason=not_json",
    "/dead-letters/1033",
    "/settings",
    "/settings/tokens",
    "/settings/users",
    "/settings/fleets",
    "/settings/audit",
];

#[tokio::test]
async fn every_page_answers() {
    let site = Site::start().await;
    for path in PAGES {
        let text = site.page(path).await;
        assert!(text.starts_with("<!doctype html>"), "{path}");
        assert_eq!(text.matches("<h1").count(), 1, "{path} has one heading");
        assert!(text.contains("aria-current=\"page\""), "{path} says where one is");
    }
}

#[tokio::test]
async fn every_page_answers_where_nothing_has_happened() {
    let site = Site::start().await;
    site.fake.world().empty();
    for path in ["/", "/devices", "/live", "/dead-letters", "/settings/tokens", "/settings/audit"] {
        let text = site.page(path).await;
        assert!(text.contains("class=\"blank\""), "{path} says what it will show");
    }
}

#[tokio::test]
async fn the_overview_says_what_is_wrong() {
    let site = Site::start().await;
    let text = site.page("/").await;
    assert!(
        text.contains("3 devices are offline, 27 messages are missing and 43 messages could not be stored.")
    );
    assert!(text.contains("href=\"/dead-letters?reason=unknown_device\""));
    let part = site.page("/parts/overview").await;
    assert!(part.contains("27 messages are missing") && !part.contains("<html"));
}

#[tokio::test]
async fn lists_are_searched_filtered_and_paged() {
    let site = Site::start().await;
    let first = site.page("/devices").await;
    assert!(
        first.contains("cold-store-01") && !first.contains(">truck-0046<") && first.contains("cursor=50")
    );
    let second = site.page("/devices?cursor=50").await;
    assert!(second.contains("van-0008") && second.contains("First page") && !second.contains("cursor=100"));
    let found = site.page("/devices?search=van&state=online&label=depot:berlin").await;
    assert!(found.contains("van-0002") && !found.contains(">truck-") && !found.contains("van-0001"));
    assert!(site.page("/devices?search=nothing-like-it").await.contains("No device is like this"));
    let letters = site.page("/dead-letters?device=truck-0017").await;
    assert!(letters.contains("NaN is not a value") && !letters.contains("truck-0099.telemetry"));
}

#[tokio::test]
async fn what_one_may_not_do_is_not_offered() {
    let site = Site::start().await;
    site.fake.world().role = Role::Viewer;
    for path in ["/devices", "/devices/truck-0001", "/dead-letters?reason=not_json", "/settings/fleets"] {
        let text = site.page(path).await;
        let forms = text.matches("method=\"post\"").count();
        // Theme and sign-out, and the form of selected letters, which has no button then.
        assert!(forms <= 3 && !text.contains("danger"), "{path}: {forms} forms");
    }
    assert!(!site.page("/settings").await.contains("/settings/tokens"));
}

#[tokio::test]
async fn the_fleet_stays_in_the_address_where_there_are_several() {
    let site = Site::start().await;
    assert!(!site.page("/devices").await.contains("fleet="));
    site.fake.world().fleets.push(crate::fake::fleet("north"));
    let text = site.page("/devices?fleet=north").await;
    assert!(
        text.contains("<option value=\"north\" selected>") && text.contains("href=\"/live?fleet=north\"")
    );
    assert!(text.contains("/devices/truck-0001?fleet=north"));
    assert_eq!(site.get("/devices?fleet=south").await.status(), 404);
}

#[tokio::test]
async fn charts_break_where_nothing_was_heard() {
    let site = Site::start().await;
    let answer = site.get("/devices/truck-0001/chart?key=speed&key=door_open&state=door_open&range=6h").await;
    let text = answer.text().await.unwrap();
    let chart: serde_json::Value = serde_json::from_str(&text).unwrap();
    let points = chart["series"][0]["points"].as_array().unwrap();
    assert!(points.len() > 300);
    assert_eq!(points.iter().filter(|point| point[1].is_null()).count(), 1, "one silence, one break");
    assert_eq!(chart["series"][1]["is_state"], true);
    assert_eq!(chart["presence"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn downloads_have_names() {
    let site = Site::start().await;
    for (path, name) in [
        ("/devices/truck-0001/readings.csv?range=1h", "truck-0001.csv"),
        ("/export/devices.csv", "devices.csv"),
        ("/export/devices.ndjson", "devices.ndjson"),
        ("/device-ca.pem", "device-ca.pem"),
        ("/dead-letters/1033/payload", "dead-letter-1033.bin"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            crate::site::header(&answer, "content-disposition"),
            format!("attachment; filename=\"{name}\"")
        );
        assert_eq!(crate::site::header(&answer, "cache-control"), "no-store");
    }
    let csv = site.get("/export/devices.csv").await.text().await.unwrap();
    assert_eq!(csv.lines().count(), 61);
    assert!(csv.contains("truck-0001,true,depot=bremen;kind=truck"));
}
