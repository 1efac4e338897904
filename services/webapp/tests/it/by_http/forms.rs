//! What forms about devices and messages do.

use argosy_client::ListDeadLetters;
use chrono::Utc;

use super::notice;
use crate::{
    stack::{Fleet, run},
    visitor::{Visitor, header},
};

#[test]
fn devices_are_created_changed_and_deleted() {
    run(async {
        let visitor = Visitor::of(&Fleet::new().await);
        let made = visitor.post("/devices", &[("name", "bus-1"), ("labels", "depot=berlin\nkind=bus")]).await;
        assert_eq!(header(&made, "location"), "/devices/bus-1");
        assert_eq!(notice(&visitor, made).await, "bus-1 is created. Give it a certificate to connect.");
        for (name, labels, problem) in [
            ("Bus 1", "", "name is 1 to 63 characters"),
            ("bus-2", "depot", "is no label"),
            ("bus-2", "depot=<b>", "is not valid"),
            ("bus-1", "", "already"),
        ] {
            let answer = visitor.post("/devices", &[("name", name), ("labels", labels)]).await;
            let said = notice(&visitor, answer).await;
            assert!(said.contains(problem), "{problem}: {said}");
        }
        let disabled = visitor.post("/devices/bus-1", &[("version", "1"), ("enabled", "false")]).await;
        assert!(notice(&visitor, disabled).await.contains("bus-1 is disabled"));
        let stale = visitor.post("/devices/bus-1", &[("version", "1"), ("labels", "a=b")]).await;
        assert!(notice(&visitor, stale).await.contains("Somebody else changed this"));
        let unconfirmed = visitor.post("/devices/bus-1/delete", &[("confirm", "bus")]).await;
        assert!(notice(&visitor, unconfirmed).await.contains("Not deleted"));
        let deleted = visitor.post("/devices/bus-1/delete", &[("confirm", "bus-1")]).await;
        assert_eq!(header(&deleted, "location"), "/devices");
        assert_eq!(visitor.get("/devices/bus-1").await.status(), 404);
    });
}

#[test]
fn a_certificate_is_shown_once() {
    run(async {
        let fleet = Fleet::new().await;
        fleet.device("truck-0001", &[]).await;
        let visitor = Visitor::of(&fleet);
        let form = [("valid_days", "365"), ("csr", "")];
        let answer = visitor.post("/devices/truck-0001/credentials", &form).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "cache-control")), (200, "no-store"));
        let text = answer.text().await.unwrap();
        for file in ["truck-0001.crt", "truck-0001.key", "truck-0001.pem"] {
            assert!(text.contains(&format!("download=\"{file}\"")), "{file}");
        }
        assert!(text.contains("-----BEGIN PRIVATE KEY-----") && text.contains("mosquitto_pub"));
        assert!(!visitor.page("/devices/truck-0001").await.contains("PRIVATE KEY"));

        let issued = fleet.client.list_credentials(&"truck-0001".parse().unwrap()).await.unwrap();
        let path = format!("/devices/truck-0001/credentials/{}/revoke", issued[0].id);
        assert!(notice(&visitor, visitor.post(&path, &[]).await).await.contains("is revoked"));
        let request = [("valid_days", "365"), ("csr", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB")];
        let refused = visitor.post("/devices/truck-0001/credentials", &request).await;
        assert!(!notice(&visitor, refused).await.is_empty(), "what is no request is refused in words");
    });
}

#[test]
fn dead_letters_are_replayed_and_discarded() {
    run(async {
        let fleet = Fleet::new().await;
        let mut batch = fleet.batch();
        for speed in 0..23 {
            batch.telemetry("truck-0099", Utc::now(), format!("{{\"speed\":{speed}}}"));
        }
        for text in ["one", "two", "three"] {
            batch.telemetry("truck-0099", Utc::now(), text);
        }
        fleet.ingest(batch).await;
        let visitor = Visitor::of(&fleet);
        let list = ListDeadLetters { reason: "unknown_device".parse().ok(), ..ListDeadLetters::default() };
        let found = fleet.client.list_dead_letters(&list).await.unwrap().items;
        let (one, other) = (found[0].id.to_string(), found[1].id.to_string());
        let chosen = [("id", one.as_str()), ("id", other.as_str()), ("reason", "unknown_device")];
        let some = visitor.post("/dead-letters/discard", &chosen).await;
        assert_eq!(header(&some, "location"), "/dead-letters?reason=unknown_device");
        assert_eq!(notice(&visitor, some).await, "2 dead letters discarded.");

        fleet.device("truck-0099", &[]).await;
        let all = [("which", "all"), ("reason", "unknown_device"), ("device", "")];
        let said = notice(&visitor, visitor.post("/dead-letters/replay", &all).await).await;
        assert!(said.starts_with("21 stored"), "{said}");
        let none = visitor.post("/dead-letters/discard", &[("reason", "")]).await;
        assert!(notice(&visitor, none).await.contains("Choose at least one"));
        // A form that names nothing must never mean everything.
        let everything = visitor.post("/dead-letters/discard", &[("which", "all")]).await;
        assert!(notice(&visitor, everything).await.contains("Choose at least one"));
        let left = fleet.client.list_dead_letters(&ListDeadLetters::default()).await.unwrap();
        assert_eq!(left.items.len(), 3);
    });
}

#[test]
fn devices_are_imported_from_text() {
    run(async {
        let visitor = Visitor::of(&Fleet::new().await);
        let lines = "name,enabled,labels\na-1,true,depot=x\na-2,,\n";
        let text = visitor.post("/import/devices", &[("lines", lines)]).await.text().await.unwrap();
        assert!(text.contains("2 devices created, 0 updated, 0 lines refused."));
        let lines = "{\"name\":\"a-1\",\"labels\":{\"depot\":\"y\"}}\n{\"name\":\"A <b>\"}\n";
        let text = visitor.post("/import/devices", &[("lines", lines)]).await.text().await.unwrap();
        assert!(text.contains("0 devices created, 1 updated, 1 line refused."), "{text}");
        assert!(visitor.page("/devices/a-1").await.contains("depot: y"));
        let text = visitor.post("/import/devices", &[("lines", "device\n<b>")]).await.text().await.unwrap();
        assert!(text.contains("must name the columns") && text.contains("&#60;b&#62;"));
    });
}
