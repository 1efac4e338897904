//! What forms do.

use crate::site::{Site, header};

/// Follows a form's redirect as a browser does, and gives the notice on the page.
async fn notice(site: &Site, answer: reqwest::Response) -> String {
    assert_eq!(answer.status(), 303);
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    let cookies = format!("__Host-argosy_session={}; {cookie}", crate::fake::BEARER);
    let page = site.request(header(&answer, "location"), &cookies).await;
    assert!(
        header(&page, "set-cookie").contains("__Host-argosy_notice=; Path=/; Max-Age=0"),
        "it is shown once"
    );
    let text = page.text().await.unwrap();
    let start = text.find("class=\"notice").expect("there is a notice");
    let start = start + text[start..].find("<p>").unwrap() + 3;
    text[start..start + text[start..].find("</p>").unwrap()].to_owned()
}

#[tokio::test]
async fn devices_are_created_changed_and_deleted() {
    let site = Site::start().await;
    let made = site.post("/devices", &[("name", "bus-1"), ("labels", "depot=berlin\nkind=bus")]).await;
    assert_eq!(header(&made, "location"), "/devices/bus-1");
    assert_eq!(notice(&site, made).await, "bus-1 is created. Give it a certificate to connect.");
    for (name, labels, problem) in [
        ("Bus 1", "", "name is 1 to 63 characters"),
        ("bus-2", "depot", "is no label"),
        ("bus-1", "", "There is a device bus-1 already."),
    ] {
        let answer = site.post("/devices", &[("name", name), ("labels", labels)]).await;
        assert!(notice(&site, answer).await.contains(problem), "{problem}");
    }
    let disabled = site.post("/devices/bus-1", &[("version", "1"), ("enabled", "false")]).await;
    assert!(notice(&site, disabled).await.contains("bus-1 is disabled"));
    let stale = site.post("/devices/bus-1", &[("version", "1"), ("labels", "a=b")]).await;
    assert!(notice(&site, stale).await.contains("Somebody else changed this"));
    let unconfirmed = site.post("/devices/bus-1/delete", &[("confirm", "bus")]).await;
    assert!(notice(&site, unconfirmed).await.contains("Not deleted"));
    let deleted = site.post("/devices/bus-1/delete", &[("confirm", "bus-1")]).await;
    assert_eq!(header(&deleted, "location"), "/devices");
    assert_eq!(site.get("/devices/bus-1").await.status(), 404);
}

#[tokio::test]
async fn a_certificate_is_shown_once() {
    let site = Site::start().await;
    let answer = site.post("/devices/truck-0001/credentials", &[("valid_days", "365"), ("csr", "")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "cache-control")), (200, "no-store"));
    let text = answer.text().await.unwrap();
    for file in ["truck-0001.crt", "truck-0001.key", "truck-0001.pem"] {
        assert!(text.contains(&format!("download=\"{file}\"")), "{file}");
    }
    assert!(text.contains("-----BEGIN PRIVATE KEY-----") && text.contains("mosquitto_pub"));
    assert!(!site.page("/devices/truck-0001").await.contains("PRIVATE KEY"));
    let id = "00000000-0000-0000-0000-000000000009";
    let revoked = site.post(&format!("/devices/truck-0001/credentials/{id}/revoke"), &[]).await;
    assert!(notice(&site, revoked).await.contains("is revoked"));
}

#[tokio::test]
async fn dead_letters_are_replayed_and_discarded() {
    let site = Site::start().await;
    let some = site
        .post("/dead-letters/discard", &[("id", "1001"), ("id", "1002"), ("reason", "unknown_device")])
        .await;
    assert_eq!(header(&some, "location"), "/dead-letters?reason=unknown_device");
    assert_eq!(notice(&site, some).await, "2 dead letters discarded.");
    let all = [("which", "all"), ("reason", "unknown_device"), ("device", "")];
    assert!(notice(&site, site.post("/dead-letters/replay", &all).await).await.starts_with("21 stored"));
    let none = site.post("/dead-letters/discard", &[("reason", "")]).await;
    assert!(notice(&site, none).await.contains("Choose at least one"));
    // A form that names nothing must never mean everything.
    let everything = site.post("/dead-letters/discard", &[("which", "all")]).await;
    assert!(notice(&site, everything).await.contains("Choose at least one"));
    assert_eq!(site.fake.world().dead_letters.len(), 20);
}

#[tokio::test]
async fn tokens_are_shown_once() {
    let site = Site::start().await;
    let form = [("name", "reports"), ("scope", "read"), ("for_fleet", "demo"), ("expires_in_days", "30")];
    let text = site.post("/settings/tokens", &form).await.text().await.unwrap();
    assert!(text.contains("argosy_4xk29fmq7v8w1z3c5t6y") && text.contains("shown on this page alone"));
    assert!(!site.page("/settings/tokens").await.contains("argosy_4xk29fmq7v8w1z3c5t6y"));
    let none = site.post("/settings/tokens", &[("name", "reports")]).await;
    assert!(notice(&site, none).await.contains("at least one scope"));
    let revoked = site.post("/settings/tokens/00000000-0000-0000-0000-000000000002/revoke", &[]).await;
    assert_eq!(notice(&site, revoked).await, "The token is revoked.");
}

#[tokio::test]
async fn users_and_fleets_are_managed() {
    let site = Site::start().await;
    let user = [
        ("email", "new@example.com"),
        ("password", "long enough words"),
        ("role", "viewer"),
        ("for_fleet", ""),
    ];
    assert!(notice(&site, site.post("/settings/users", &user).await).await.contains("can sign in now"));
    let path = "/settings/users/00000000-0000-0000-0000-000000000002";
    assert!(notice(&site, site.post(path, &[("role", "admin")]).await).await.contains("is admin now"));
    assert!(
        notice(&site, site.post(path, &[("password", "another long one")]).await)
            .await
            .contains("signed out everywhere")
    );
    assert!(notice(&site, site.post(&format!("{path}/delete"), &[]).await).await.contains("deleted"));
    let fleet = [("version", "3"), ("retention_days", "30"), ("offline_after_seconds", "60")];
    assert!(
        notice(&site, site.post("/settings/fleets/demo", &fleet).await)
            .await
            .contains("Fleet demo is changed")
    );
    assert_eq!(site.fake.world().fleets[0].retention_days, 30);
    let new = [("name", "north"), ("retention_days", "10"), ("auto_register", "on")];
    assert!(
        notice(&site, site.post("/settings/fleets", &new).await).await.contains("Fleet north is created")
    );
}

#[tokio::test]
async fn devices_are_imported_from_text() {
    let site = Site::start().await;
    let lines = "name,enabled,labels\na-1,true,depot=x\na-2,,\n";
    let text = site.post("/import/devices", &[("lines", lines)]).await.text().await.unwrap();
    assert!(text.contains("2 devices created, 0 updated, 0 lines refused."));
    let text = site.post("/import/devices", &[("lines", "device\n<b>")]).await.text().await.unwrap();
    assert!(text.contains("must name the columns") && text.contains("&#60;b&#62;"));
}

#[tokio::test]
async fn the_theme_is_kept() {
    let site = Site::start().await;
    let answer = site.post("/theme", &[("theme", "dark"), ("next", "//evil.example")]).await;
    assert_eq!(header(&answer, "location"), "/");
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    let text = site.request("/sign-in", &cookie).await.text().await.unwrap();
    assert!(text.contains("data-theme=\"dark\""));
}
