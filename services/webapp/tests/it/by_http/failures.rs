//! What pages do when something is missing, ended or away.

use crate::{
    fake::BEARER,
    site::{Site, header},
};

#[tokio::test]
async fn without_a_session_one_signs_in_and_comes_back() {
    let site = Site::start().await;
    let answer = site.request("/devices?state=online", "").await;
    assert_eq!(answer.status(), 303);
    assert_eq!(header(&answer, "location"), "/sign-in?next=/devices%3Fstate%3Donline");
    site.fake.world().is_signed_out = true;
    let ended = site.get("/live").await;
    assert_eq!(header(&ended, "location"), "/sign-in?next=/live");
    assert!(header(&ended, "set-cookie").contains("__Host-argosy_session=; Path=/; Max-Age=0"));
    // Parts and data cannot lead a browser away, so they tell it.
    let part = site.http().get(format!("{}/parts/overview", site.url)).header("hx-request", "true");
    let part = part.header("accept", "text/html").header("referer", format!("{}/?fleet=a", site.url));
    let part = part.header("cookie", format!("__Host-argosy_session={BEARER}")).send().await.unwrap();
    assert_eq!((part.status().as_u16(), header(&part, "hx-redirect")), (401, "/sign-in?next=/%3Ffleet%3Da"));
    let data = site.http().get(format!("{}/stream", site.url)).send().await.unwrap();
    assert_eq!(data.status(), 401);
}

#[tokio::test]
async fn what_is_not_there_has_a_page() {
    let site = Site::start().await;
    for path in
        ["/nowhere", "/devices/truck-9999", "/devices/Not%20A%20Name", "/dead-letters/5", "/dead-letters/x"]
    {
        let answer = site.get(path).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert!(answer.text().await.unwrap().contains("There is nothing here"), "{path}");
    }
}

#[tokio::test]
async fn an_api_that_is_away_has_a_page_that_tries_again() {
    let site = Site::start().await;
    site.fake.world().is_away = true;
    for path in ["/", "/devices", "/devices/truck-0001", "/dead-letters", "/settings/users"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status(), 503, "{path}");
        let text = answer.text().await.unwrap();
        for words in [
            "The API is away",
            "What still works",
            "019ab1c2d3e4",
            "data-retry",
            "The database does not answer.",
        ] {
            assert!(text.contains(words), "{path}: {words}");
        }
    }
    let form = site.post("/devices", &[("name", "a")]).await;
    assert_eq!(form.status(), 503);
    assert!(!form.text().await.unwrap().contains("data-retry"), "a form is never sent again by itself");
    let data = site.http().get(format!("{}/devices/truck-0001/chart?key=speed", site.url));
    let data = data.header("cookie", format!("__Host-argosy_session={BEARER}")).send().await.unwrap();
    assert_eq!((data.status().as_u16(), header(&data, "content-type")), (503, "application/problem+json"));
    assert_eq!(site.get("/sign-in").await.status(), 200, "what needs no API still works");
}

#[tokio::test]
async fn the_stream_goes_through_and_resumes() {
    use futures::StreamExt as _;
    let site = Site::start().await;
    let request = site.http().get(format!("{}/stream?last_event_id=1-500", site.url));
    let answer = request.header("cookie", format!("__Host-argosy_session={BEARER}")).send().await.unwrap();
    assert_eq!(header(&answer, "content-type"), "text/event-stream");
    assert_eq!(header(&answer, "content-encoding"), "");
    let mut chunks = answer.bytes_stream();
    let mut text = String::new();
    while !text.contains("\n\n") {
        text.push_str(std::str::from_utf8(&chunks.next().await.unwrap().unwrap()).unwrap());
    }
    assert!(text.contains("id: 1-501") && text.contains("event: reading"), "{text}");
}
