//! What keeps people safe: headers, cookies, escaping, forms of other sites.

use argosy_client::ListDeadLetters;
use chrono::Utc;

use crate::{
    stack::{Fleet, PASSWORD, run},
    visitor::{Visitor, header},
};

const POISON: &str = "<script>alert('x')</script>\"onload='";

#[test]
fn every_answer_has_a_strict_policy() {
    run(async {
        let visitor = Visitor::of(&Fleet::new().await);
        for path in ["/", "/sign-in", "/nowhere", "/parts/overview"] {
            let answer = visitor.get(path).await;
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
            let has_inline = [" style=", " onclick=", "<style"].iter().any(|part| text.contains(part));
            assert!(!has_inline, "{path}");
        }
    });
}

#[test]
fn what_addresses_and_payloads_say_is_escaped() {
    run(async {
        let fleet = Fleet::new().await;
        let mut batch = fleet.batch();
        batch.telemetry("truck-0001", Utc::now(), POISON);
        fleet.ingest(batch).await;
        let visitor = Visitor::of(&fleet);
        let letters = fleet.client.list_dead_letters(&ListDeadLetters::default()).await.unwrap();
        let letter = format!("/dead-letters/{}", letters.items[0].id);
        for path in [
            letter.as_str(),
            "/devices?search=%3Cscript%3Ealert('x')%3C/script%3E&label=%3Cscript%3E:a",
            "/dead-letters?device=%3Cscript%3Ealert('x')&reason=%22onload=",
            "/live?text=%3Cscript%3Ealert('x')&device=%22onload=",
            "/sign-in?next=/%22%3E%3Cscript%3Ealert('x')",
        ] {
            let text = visitor.get(path).await.text().await.unwrap();
            assert!(!text.contains("<script>alert"), "{path}");
            assert!(!text.contains("\"onload="), "{path}");
        }
        assert!(visitor.page(&letter).await.contains("&#60;script&#62;alert"));
    });
}

#[test]
fn forms_of_other_sites_are_refused() {
    run(async {
        let fleet = Fleet::new().await;
        let visitor = Visitor::of(&fleet);
        for (site, origin) in [
            (Some("cross-site"), "https://evil.example"),
            (Some("same-site"), "http://localhost:1"),
            (Some("cross-site"), "null"),
            // A browser that says nothing of the site still says the origin.
            (None, "https://evil.example"),
        ] {
            for (path, form) in [("/devices", vec![("name", "bus-1")]), ("/sign-out", Vec::new())] {
                let answer = visitor.post_from(path, &form, site, origin).await;
                assert_eq!(answer.status(), 403, "{site:?} {origin}");
                assert!(answer.text().await.unwrap().contains("This form came from another site"));
            }
        }
        assert_eq!(
            visitor.get("/devices/bus-1").await.status(),
            404,
            "nothing was created, nobody signed out"
        );
    });
}

#[test]
fn the_session_is_a_cookie_that_scripts_cannot_read() {
    run(async {
        let fleet = Fleet::new().await;
        let visitor = Visitor::of(&fleet);
        let form =
            [("email", fleet.email.as_str()), ("password", PASSWORD), ("next", "/devices?state=online")];
        let answer = visitor.post("/sign-in", &form).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/devices?state=online"));
        let cookie = header(&answer, "set-cookie");
        assert!(cookie.starts_with("__Host-argosy_session=argosys_"), "{cookie}");
        for flag in ["; Path=/; Max-Age=", "HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        for next in ["https://evil.example", "//evil.example", "/\\evil.example"] {
            let answer = visitor.post("/sign-in", &[form[0], form[1], ("next", next)]).await;
            assert_eq!(header(&answer, "location"), "/", "{next}");
        }
        let wrong = [form[0], ("password", "a guess"), ("next", "/live")];
        let wrong = visitor.post("/sign-in", &wrong).await;
        assert_eq!((wrong.status().as_u16(), header(&wrong, "set-cookie")), (401, ""));
        let text = wrong.text().await.unwrap();
        assert!(text.contains("The email or the password is wrong.") && text.contains("value=\"/live\""));
        assert!(!text.contains("a guess"));

        let out = visitor.post("/sign-out", &[]).await;
        assert_eq!(header(&out, "location"), "/sign-in");
        assert!(header(&out, "set-cookie").contains("Max-Age=0"));
        assert!(fleet.client.read_me().await.is_err(), "the session ended at the API too");
    });
}

#[test]
fn assets_are_compressed_and_kept_forever() {
    run(async {
        let visitor = Visitor::of(&Fleet::new().await);
        let text = visitor.page("/").await;
        for part in text.split("/assets/").skip(1) {
            let path = format!("/assets/{}", part.split('"').next().unwrap());
            let packed = visitor.request(&path).header("accept-encoding", "br, gzip;q=0.8");
            let answer = packed.send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(header(&answer, "content-encoding"), "gzip");
            assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(header(&answer, "vary"), "accept-encoding");
            let plain = visitor.request(&path).send().await.unwrap();
            assert_eq!(header(&plain, "content-encoding"), "");
        }
        for path in ["/assets/none.js", "/assets/manifest.json", "/assets/..%2f..%2fCargo.toml"] {
            assert_eq!(visitor.get(path).await.status(), 404, "{path}");
        }
    });
}
