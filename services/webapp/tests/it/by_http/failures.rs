//! What pages do when something is missing, ended or away.

use chrono::Utc;
use futures::StreamExt as _;
use serde_json::json;

use crate::{
    stack::{Fleet, away, run},
    visitor::{Visitor, header},
};

#[test]
fn without_a_session_one_signs_in_and_comes_back() {
    run(async {
        let fleet = Fleet::new().await;
        let visitor = Visitor::of(&fleet);
        let answer = visitor.get_with("/devices?state=online", "").await;
        assert_eq!(answer.status(), 303);
        assert_eq!(header(&answer, "location"), "/sign-in?next=/devices%3Fstate%3Donline");
        assert_eq!(visitor.get("/live").await.status(), 200);
        fleet.client.delete_session().await.unwrap();
        let ended = visitor.get("/live").await;
        assert_eq!(header(&ended, "location"), "/sign-in?next=/live");
        assert!(header(&ended, "set-cookie").contains("__Host-argosy_session=; Path=/; Max-Age=0"));
        // Parts and data cannot lead a browser away, so they tell it.
        let part = visitor.request("/parts/overview").header("hx-request", "true");
        let part = part.header("accept", "text/html").header("cookie", visitor.cookie());
        let part = part.header("referer", format!("{}/?fleet=a", visitor.url)).send().await.unwrap();
        assert_eq!(
            (part.status().as_u16(), header(&part, "hx-redirect")),
            (401, "/sign-in?next=/%3Ffleet%3Da")
        );
        assert_eq!(visitor.request("/stream").send().await.unwrap().status(), 401);
    });
}

#[test]
fn what_is_not_there_has_a_page() {
    run(async {
        let visitor = Visitor::of(&Fleet::new().await);
        for path in [
            "/nowhere",
            "/devices/truck-9999",
            "/devices/Not%20A%20Name",
            "/dead-letters/999999999",
            "/dead-letters/x",
            "/devices?fleet=first",
        ] {
            let answer = visitor.get(path).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert!(answer.text().await.unwrap().contains("There is nothing here"), "{path}");
        }
    });
}

#[test]
fn an_api_that_is_away_has_a_page_that_tries_again() {
    run(async {
        let visitor = Visitor::without_api().await;
        for path in ["/", "/devices", "/devices/truck-0001", "/dead-letters", "/settings/users"] {
            let answer = visitor.get(path).await;
            assert_eq!(answer.status(), 503, "{path}");
            let text = answer.text().await.unwrap();
            for words in ["The API is away", "What still works", "data-retry", away::DETAIL, away::REQUEST_ID]
            {
                assert!(text.contains(words), "{path}: {words}");
            }
        }
        let form = visitor.post("/devices", &[("name", "a")]).await;
        assert_eq!(form.status(), 503);
        assert!(!form.text().await.unwrap().contains("data-retry"), "a form is never sent again by itself");
        let data = visitor.request("/devices/truck-0001/chart?key=speed").header("cookie", visitor.cookie());
        let data = data.send().await.unwrap();
        assert_eq!(
            (data.status().as_u16(), header(&data, "content-type")),
            (503, "application/problem+json")
        );
        assert_eq!(visitor.get("/sign-in").await.status(), 200, "what needs no API still works");
    });
}

#[test]
fn the_stream_goes_through_and_resumes() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("van-0001", &[]).await;
        let visitor = Visitor::of(&fleet);
        let open = async |query: &str| {
            let request = visitor.request(&format!("/stream?kind=reading{query}"));
            let answer = request.header("cookie", visitor.cookie()).send().await.unwrap();
            assert_eq!(header(&answer, "content-type"), "text/event-stream");
            assert_eq!(header(&answer, "content-encoding"), "");
            answer.bytes_stream()
        };
        let send = async |seq: i64| {
            let mut batch = fleet.batch();
            let values = json!({"speed": seq});
            batch.reading("van-0001", (1, seq), Utc::now(), values.as_object().unwrap());
            fleet.ingest(batch).await;
        };
        let mut first = open("").await;
        send(1).await;
        let mut text = String::new();
        while !(text.contains("event: reading") && text.ends_with("\n\n")) {
            text.push_str(std::str::from_utf8(&first.next().await.unwrap().unwrap()).unwrap());
        }
        drop(first);
        let id = text.lines().rev().find_map(|line| line.strip_prefix("id:")).unwrap().trim();
        send(2).await;
        let mut again = open(&format!("&last_event_id={id}")).await;
        let mut text = String::new();
        while !text.contains("\"speed\":2}") {
            text.push_str(std::str::from_utf8(&again.next().await.unwrap().unwrap()).unwrap());
        }
        assert!(!text.contains("\"speed\":1}"), "what was seen does not come again: {text}");
    });
}
