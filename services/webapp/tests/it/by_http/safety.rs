//! What keeps people safe: headers, cookies, escaping, forms of other sites.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    fake::BEARER,
    site::{Site, header},
};

const POISON: &str = "<script>alert('x')</script>\"onload='";

#[tokio::test]
async fn every_answer_has_a_strict_policy() {
    let site = Site::start().await;
    for path in ["/", "/sign-in", "/nowhere", "/parts/overview"] {
        let answer = site.get(path).await;
        let policy = header(&answer, "content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"));
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "same-origin");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert!(!header(&answer, "x-request-id").is_empty());
        let text = answer.text().await.unwrap();
        assert!(
            !text.contains(" style=") && !text.contains(" onclick=") && !text.contains("<style"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn text_of_devices_and_people_is_escaped() {
    let site = Site::start().await;
    {
        let mut world = site.fake.world();
        world.devices[0].labels = BTreeMap::from([(POISON.to_owned(), POISON.to_owned())]);
        let letter = &mut world.dead_letters[32];
        letter.dead_letter.topic = format!("v1/{POISON}");
        letter.dead_letter.detail = POISON.into();
        letter.dead_letter.device = Some(POISON.into());
        letter.payload_text = Some(POISON.into());
        world.audit[0].resource = POISON.into();
        world.audit[0].actor = POISON.into();
        world.audit[0].detail = json!({ POISON: POISON });
        world.tokens[0].name = POISON.into();
        world.users[1].email = POISON.into();
    }
    let pages = [
        "/",
        "/devices?search=truck",
        "/devices/truck-0001",
        "/dead-letters?reason=not_json",
        "/dead-letters/1033",
        "/settings/tokens",
        "/settings/users",
        "/settings/audit",
        "/devices?search=%3Cscript%3Ealert('x')%3C/script%3E&label=%3Cscript%3E:a",
        "/live?text=%3Cscript%3Ealert('x')&device=%22onload=",
        "/sign-in?next=/%22%3E%3Cscript%3Ealert('x')",
    ];
    for path in pages {
        let text = site.page(path).await;
        assert!(!text.contains("<script>alert"), "{path}");
        assert!(!text.contains("\"onload="), "{path}");
    }
    assert!(site.page("/dead-letters/1033").await.contains("&#60;script&#62;alert"));
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let site = Site::start().await;
    let form = [("id", "1001")];
    for (from, origin) in
        [("cross-site", "https://evil.example"), ("same-site", "http://localhost:1"), ("cross-site", "null")]
    {
        let answer = site.post_from("/dead-letters/discard", &form, from, origin).await;
        assert_eq!(answer.status(), 403, "{from} {origin}");
        assert!(answer.text().await.unwrap().contains("This form came from another site"));
    }
    assert_eq!(site.fake.world().dead_letters.len(), 43, "nothing was discarded");
    // A browser that says nothing of the site still says the origin.
    let answer = site
        .http()
        .post(format!("{}/sign-out", site.url))
        .header("origin", "https://evil.example")
        .header("cookie", format!("__Host-argosy_session={BEARER}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    assert!(!site.fake.world().is_signed_out);
}

#[tokio::test]
async fn the_session_is_a_cookie_that_scripts_cannot_read() {
    let site = Site::start().await;
    let form = [
        ("email", crate::fake::EMAIL),
        ("password", crate::fake::PASSWORD),
        ("next", "/devices?state=online"),
    ];
    let answer = site.post("/sign-in", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/devices?state=online"));
    let cookie = header(&answer, "set-cookie");
    assert!(cookie.starts_with(&format!("__Host-argosy_session={BEARER}; Path=/; Max-Age=86")), "{cookie}");
    for flag in ["HttpOnly", "Secure", "SameSite=Lax"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    for next in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let answer = site.post("/sign-in", &[form[0], form[1], ("next", next)]).await;
        assert_eq!(header(&answer, "location"), "/", "{next}");
    }
    let wrong = site.post("/sign-in", &[("email", "a@b"), ("password", "guess"), ("next", "/live")]).await;
    assert_eq!(wrong.status(), 401);
    assert_eq!(header(&wrong, "set-cookie"), "");
    let text = wrong.text().await.unwrap();
    assert!(text.contains("The email or the password is wrong.") && text.contains("value=\"/live\""));
    assert!(!text.contains("guess"));

    let out = site.post("/sign-out", &[]).await;
    assert_eq!(header(&out, "location"), "/sign-in");
    assert!(header(&out, "set-cookie").contains("Max-Age=0"));
    assert!(site.fake.world().is_signed_out, "the session ended at the API too");
}

#[tokio::test]
async fn assets_are_compressed_and_kept_forever() {
    let site = Site::start().await;
    let text = site.page("/").await;
    let mut total = text.len();
    for part in text.split("/assets/").skip(1) {
        let name = part.split('"').next().unwrap();
        let request = site
            .http()
            .get(format!("{}/assets/{name}", site.url))
            .header("accept-encoding", "br, gzip;q=0.8");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        assert_eq!(header(&answer, "content-encoding"), "gzip");
        assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&answer, "vary"), "accept-encoding");
        total += answer.bytes().await.unwrap().len();
        let plain = site.http().get(format!("{}/assets/{name}", site.url)).send().await.unwrap();
        assert_eq!(header(&plain, "content-encoding"), "");
    }
    assert!(total < 150_000, "{total} bytes before scripts import others");
    for path in ["/assets/none.js", "/assets/manifest.json", "/assets/..%2f..%2fCargo.toml"] {
        assert_eq!(site.get(path).await.status(), 404, "{path}");
    }
}
