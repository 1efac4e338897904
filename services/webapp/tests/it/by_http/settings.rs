//! What the forms of the settings do.

use argosy_wire::api::user::Role;

use super::notice;
use crate::{
    stack::{Fleet, run},
    visitor::{Visitor, header},
};

#[test]
fn tokens_are_shown_once() {
    run(async {
        let fleet = Fleet::new().await;
        let visitor = Visitor::of(&fleet);
        let form = [
            ("name", "reports"),
            ("scope", "read"),
            ("for_fleet", fleet.name.as_str()),
            ("expires_in_days", "30"),
        ];
        let text = visitor.post("/settings/tokens", &form).await.text().await.unwrap();
        let (_, rest) = text.split_once("<code>argosy_").expect("the secret is shown");
        let secret = format!("argosy_{}", rest.split_once('<').unwrap().0);
        assert!(text.contains("shown on this page alone"));
        assert!(!visitor.page("/settings/tokens").await.contains(&secret));
        let client = fleet.client.with_bearer(secret.into());
        assert_eq!(client.read_me().await.unwrap().name, "reports");

        let none = visitor.post("/settings/tokens", &[("name", "reports")]).await;
        assert!(notice(&visitor, none).await.contains("at least one scope"));
        let id = fleet.client.list_tokens().await.unwrap()[0].id;
        let revoked = visitor.post(&format!("/settings/tokens/{id}/revoke"), &[]).await;
        assert_eq!(notice(&visitor, revoked).await, "The token is revoked.");
        assert!(client.read_me().await.is_err());
    });
}

#[test]
fn users_are_created_changed_and_deleted() {
    run(async {
        let fleet = Fleet::new().await;
        let visitor = Visitor::of(&fleet);
        let email = format!("new@{}.example", fleet.name);
        let user = [
            ("email", email.as_str()),
            ("password", "long enough words"),
            ("role", "viewer"),
            ("for_fleet", fleet.name.as_str()),
        ];
        let made = visitor.post("/settings/users", &user).await;
        assert!(notice(&visitor, made).await.contains("can sign in now"));
        let short =
            visitor.post("/settings/users", &[user[0], ("password", "short"), user[2], user[3]]).await;
        assert!(notice(&visitor, short).await.contains("12"));
        let users = fleet.client.list_users().await.unwrap();
        let id = users.iter().find(|user| user.email == email && user.role == Role::Viewer).unwrap().id;
        let path = format!("/settings/users/{id}");
        let role = visitor.post(&path, &[("role", "operator")]).await;
        assert!(notice(&visitor, role).await.contains("is operator now"));
        let password = visitor.post(&path, &[("password", "another long one")]).await;
        assert!(notice(&visitor, password).await.contains("signed out everywhere"));
        let deleted = visitor.post(&format!("{path}/delete"), &[]).await;
        assert!(notice(&visitor, deleted).await.contains("deleted"));
        assert!(!visitor.page("/settings/users").await.contains(&email));
    });
}

#[test]
fn fleets_are_created_and_changed() {
    run(async {
        let visitor = Visitor::of_every_fleet().await;
        let new = [("name", "north"), ("retention_days", "10"), ("auto_register", "on")];
        let made = visitor.post("/settings/fleets", &new).await;
        assert!(notice(&visitor, made).await.contains("Fleet north is created"));
        let change = [("version", "1"), ("retention_days", "30"), ("offline_after_seconds", "60")];
        let changed = visitor.post("/settings/fleets/north", &change).await;
        assert!(notice(&visitor, changed).await.contains("Fleet north is changed"));
        let stale = visitor.post("/settings/fleets/north", &change).await;
        assert!(notice(&visitor, stale).await.contains("Somebody else changed this"));
        let text = visitor.page("/settings/fleets?fleet=north").await;
        assert!(text.contains("must be created first"));
    });
}

#[test]
fn the_theme_is_kept() {
    run(async {
        let visitor = Visitor::of(&Fleet::new().await);
        let answer = visitor.post("/theme", &[("theme", "dark"), ("next", "//evil.example")]).await;
        assert_eq!(header(&answer, "location"), "/");
        let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
        let text = visitor.get_with("/sign-in", &cookie).await.text().await.unwrap();
        assert!(text.contains("data-theme=\"dark\""));
    });
}
