//! Every page answers, whole, and finds what is asked for.

use argosy_wire::api::user::Role;

use crate::{
    pages,
    stack::{Fleet, run, world},
    visitor::{Visitor, header},
};

#[test]
fn every_page_answers() {
    run(async {
        let world = world().await;
        let visitor = Visitor::of(&world.fleet);
        for path in pages::addresses(world).await {
            let text = visitor.page(&path).await;
            assert!(text.starts_with("<!doctype html>"), "{path}");
            assert_eq!(text.matches("<h1").count(), 1, "{path} has one heading");
            assert!(text.contains("aria-current=\"page\""), "{path} says where one is");
        }
    });
}

#[test]
fn every_page_answers_where_nothing_has_happened() {
    run(async {
        let visitor = Visitor::of(&Fleet::new().await);
        for path in ["/", "/devices", "/live", "/dead-letters", "/settings/tokens"] {
            let text = visitor.page(path).await;
            assert!(text.contains("class=\"blank\""), "{path} says what it will show");
        }
    });
}

#[test]
fn the_overview_says_what_is_wrong() {
    run(async {
        let visitor = Visitor::of(&world().await.fleet);
        let text = visitor.page("/").await;
        let sentence = "3 devices are offline, 27 messages are missing and 42 messages could not be stored.";
        assert!(text.contains(sentence), "{text}");
        assert!(text.contains("href=\"/dead-letters?reason=unknown_device\""));
        assert!(text.contains("<a href=\"/devices?state=with_gaps\">Gaps in "), "{text}");
        let part = visitor.page("/parts/overview").await;
        assert!(part.contains(sentence) && !part.contains("<html"));
    });
}

#[test]
fn lists_are_searched_filtered_and_paged() {
    run(async {
        let visitor = Visitor::of(&world().await.fleet);
        let first = visitor.page("/devices").await;
        assert!(first.contains(">cold-store-01<") && !first.contains(">truck-0046<"));
        let (before, _) = first.split_once("\" rel=\"next\"").unwrap();
        let next = before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
        let second = visitor.page(&next).await;
        assert!(second.contains(">van-0008<") && second.contains("First page"));
        assert!(!second.contains("rel=\"next\"") && !second.contains(">cold-store-01<"));
        let found = visitor.page("/devices?search=van&state=online&label=depot:berlin").await;
        assert!(found.contains(">van-0002<") && !found.contains(">truck-") && !found.contains(">van-0001<"));
        assert!(visitor.page("/devices?search=nothing-like-it").await.contains("No device is like this"));
        let gaps = visitor.page("/devices?state=with_gaps").await;
        assert!(gaps.contains(">truck-0001<") && !gaps.contains(">truck-0002<"), "{gaps}");
        let letters = visitor.page("/dead-letters?device=truck-0017").await;
        assert!(letters.contains("/truck-0017/telemetry") && !letters.contains("truck-0099"));
    });
}

#[test]
fn what_one_may_not_do_is_not_offered() {
    run(async {
        let world = world().await;
        let bearer = world.fleet.person(&world.email("looks-only"), Role::Viewer).await;
        let visitor = Visitor::new(&world.fleet.stack.url, &bearer);
        for path in ["/devices", "/devices/truck-0001", "/dead-letters?reason=not_json", "/settings/fleets"] {
            let text = visitor.page(path).await;
            let forms = text.matches("method=\"post\"").count();
            // Theme and sign-out, and the form of selected letters, which has no button then.
            assert!(forms <= 3 && !text.contains("danger"), "{path}: {forms} forms");
        }
        assert!(!visitor.page("/settings").await.contains("/settings/tokens"));
        assert_eq!(visitor.get("/settings/tokens").await.status(), 403);
    });
}

#[test]
fn the_fleet_stays_in_the_address_where_there_are_several() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("bus-1", &[]).await;
        assert!(!Visitor::of(&fleet).page("/devices").await.contains("fleet="));
        let name = &fleet.name;
        let visitor = Visitor::of_every_fleet().await;
        let text = visitor.page(&format!("/devices?fleet={name}")).await;
        assert!(text.contains(&format!("<option value=\"{name}\" selected>")));
        assert!(text.contains(&format!("href=\"/live?fleet={name}\"")));
        assert!(text.contains(&format!("/devices/bus-1?fleet={name}")));
        assert_eq!(visitor.get("/devices?fleet=none-of-this-name").await.status(), 404);
    });
}

#[test]
fn charts_break_where_nothing_was_heard() {
    run(async {
        let visitor = Visitor::of(&world().await.fleet);
        let path = "/devices/truck-0001/chart?key=speed&key=door_open&state=door_open&range=1h";
        let chart: serde_json::Value =
            serde_json::from_str(&visitor.get(path).await.text().await.unwrap()).unwrap();
        let points = chart["series"][0]["points"].as_array().unwrap();
        assert!(points.len() > 300);
        let breaks = points.iter().filter(|point| point[1].is_null()).count();
        assert_eq!(breaks, 2, "one silence and one loss");
        assert_eq!(chart["series"][1]["is_state"], true);
        let kinds: Vec<&str> =
            chart["presence"].as_array().unwrap().iter().map(|part| part["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["on", "off", "on"]);
    });
}

#[test]
fn downloads_have_names() {
    run(async {
        let world = world().await;
        let visitor = Visitor::of(&world.fleet);
        let letter = pages::addresses(world).await.pop().unwrap();
        let (payload, file) =
            (format!("{letter}/payload"), format!("dead-letter-{}.bin", letter.rsplit_once('/').unwrap().1));
        for (path, name) in [
            ("/devices/truck-0001/readings.csv?range=1h", "truck-0001.csv"),
            ("/export/devices.csv", "devices.csv"),
            ("/export/devices.ndjson", "devices.ndjson"),
            ("/device-ca.pem", "device-ca.pem"),
            ("/device-crl.pem", "device-crl.pem"),
            (&payload, &file),
        ] {
            let answer = visitor.get(path).await;
            assert_eq!(header(&answer, "content-disposition"), format!("attachment; filename=\"{name}\""));
            assert_eq!(header(&answer, "cache-control"), "no-store");
        }
        let csv = visitor.page("/export/devices.csv").await;
        assert_eq!(csv.lines().count(), 61);
        assert!(csv.contains("truck-0001,true,depot=bremen;kind=truck"));
        let readings = visitor.page("/devices/truck-0001/readings.csv?range=1h&key=speed").await;
        assert!(readings.lines().count() > 600, "every reading of the hour");
    });
}
