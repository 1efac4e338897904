//! Devices: create, find, change, disable, delete.

use serde_json::{Value, json};

use crate::support::{ALL, Api, Client};

#[tokio::test]
async fn is_created_changed_and_deleted() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let created = admin.post("/devices", json!({"name": "truck-0001", "labels": {"site": "north"}})).await;
    assert_eq!(created.header("etag"), "\"1\"");
    let device = created.expect(201);
    assert_eq!(
        (&device["enabled"], &device["online"], &device["last_seen"]),
        (&json!(true), &json!(false), &Value::Null)
    );
    let locks = "select count(*) from latest_values l join devices d on d.id = l.device_id where d.name = 'truck-0001'";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(locks).fetch_one(&api.pool).await.unwrap(),
        1,
        "what ingestion locks"
    );

    let read = admin.get("/devices/truck-0001").await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.expect(200), device);
    let changed = admin.patch("/devices/truck-0001", Some("\"1\""), json!({"enabled": false})).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.expect(200);
    assert_eq!((&changed["enabled"], &changed["labels"]), (&json!(false), &json!({"site": "north"})));
    admin.patch("/devices/truck-0001", Some("\"1\""), json!({"enabled": true})).await.problem(412);
    admin.patch("/devices/truck-0001", Some("2"), json!({"enabled": true})).await.problem(412);
    admin.patch("/devices/truck-0001", None, json!({"enabled": true})).await.problem(428);

    admin.delete("/devices/truck-0001").await.expect(204);
    admin.get("/devices/truck-0001").await.problem(404);
    admin.delete("/devices/truck-0001").await.problem(404);
    admin.patch("/devices/truck-0001", Some("\"2\""), json!({"enabled": true})).await.problem(404);
    let again = admin.post("/devices", json!({"name": "truck-0001", "enabled": false})).await.expect(201);
    assert_eq!((&again["enabled"], &again["version"]), (&json!(false), &json!(1)));
    assert!(
        admin.post("/devices", json!({"name": "truck-0001"})).await.problem(409).contains("'truck-0001'")
    );
}

#[tokio::test]
async fn only_one_of_many_changes_of_a_version_wins() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "truck"})).await.expect(201);
    let changes = (0..10).map(|number| {
        let admin = admin.clone();
        tokio::spawn(async move {
            admin
                .patch("/devices/truck", Some("\"1\""), json!({"labels": {"by": number.to_string()}}))
                .await
                .status
        })
    });
    let mut statuses = Vec::new();
    for change in changes.collect::<Vec<_>>() {
        statuses.push(change.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 412), "{statuses:?}");
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/devices{query}")).await.expect(200);
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn is_found_by_name_labels_and_state() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    for (name, labels, enabled) in [
        ("bus-1", json!({"site": "north", "kind": "bus"}), true),
        ("bus-2", json!({"site": "south", "kind": "bus"}), true),
        ("truck-1", json!({"site": "north", "kind": "truck"}), true),
        ("truck-2", json!({}), false),
    ] {
        admin.post("/devices", json!({"name": name, "labels": labels, "enabled": enabled})).await.expect(201);
    }
    // By a status of their own: silence would not take them offline meanwhile.
    sqlx::query(
        "update devices set online = true, presence_source = 'status' where name in ('bus-1', 'truck-2')",
    )
    .execute(&api.pool)
    .await
    .unwrap();
    // Two miss number 1; of the third everything is stored.
    sqlx::query(
        "insert into device_streams (device_id, boot, received, received_count, highest)
         select id, 1, case name when 'bus-1' then '{[1,3)}' else '{[2,3)}' end::int8multirange,
            case name when 'bus-1' then 2 else 1 end, 2 from devices where name <> 'truck-1'",
    )
    .execute(&api.pool)
    .await
    .unwrap();
    let none: [&str; 0] = [];
    assert_eq!(names(&admin, "?search=US-").await, ["bus-1", "bus-2"]);
    assert_eq!(names(&admin, "?search=").await.len(), 4);
    assert_eq!(names(&admin, "?label=site:north").await, ["bus-1", "truck-1"]);
    assert_eq!(names(&admin, "?label=site:north&label=kind:bus").await, ["bus-1"]);
    assert_eq!(names(&admin, "?label=site:west").await, none);
    assert_eq!(names(&admin, "?state=online").await, ["bus-1"]);
    assert_eq!(names(&admin, "?state=offline").await, ["bus-2", "truck-1"]);
    assert_eq!(names(&admin, "?state=disabled").await, ["truck-2"]);
    assert_eq!(names(&admin, "?state=with_gaps").await, ["bus-2", "truck-2"]);
    assert_eq!(names(&admin, "?state=with_gaps&search=bus").await, ["bus-2"]);
    assert_eq!(names(&admin, "?state=offline&label=kind:truck&search=truck").await, ["truck-1"]);
    for text in ["%25", "_", "'%20or%20''='", "%3Cscript%3E", "%5C", "\u{1f69a}"] {
        assert_eq!(names(&admin, &format!("?search={text}")).await, none, "{text}");
        assert_eq!(names(&admin, &format!("?label=site:{text}")).await, none, "{text}");
    }
    admin.get("/devices?label=site").await.problem(400);
    admin.get("/devices?state=asleep").await.problem(400);
}

#[tokio::test]
async fn is_listed_in_pages_whatever_changes_meanwhile() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let lines =
        (0..25).map(|number| format!("{{\"name\":\"d-{number:02}\"}}\n")).collect::<Vec<_>>().concat();
    admin.post_as("/devices/import", "application/x-ndjson", lines).await.expect(200);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/devices?limit=10{cursor}")).await.expect(200);
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|device| device["name"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        // What was seen already goes; nothing of the rest is left out.
        admin.delete(&format!("/devices/{}", seen[0])).await;
    }
    let all: Vec<String> = (0..25).map(|number| format!("d-{number:02}")).collect();
    assert_eq!(seen, all);
    for cursor in ["x", "%00", "W10", &"a".repeat(2_000)] {
        admin.get(&format!("/devices?cursor={cursor}")).await.problem(400);
    }
    admin.get("/devices?limit=ten").await.problem(400);
    assert_eq!(admin.get("/devices?limit=0").await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn refuses_names_and_labels_that_are_none() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    for name in [
        "",
        "Truck",
        "<script>alert(1)</script>",
        "a'; drop table devices; --",
        "tr\u{0}ck",
        "träck",
        &"x".repeat(64),
    ] {
        admin.post("/devices", json!({"name": name})).await.problem(422);
    }
    let many: serde_json::Map<String, Value> =
        (0..33).map(|number| (format!("k{number}"), json!("v"))).collect();
    for labels in [
        json!({"<b>": "x"}),
        json!({"site": "<img src=x onerror=alert(1)>"}),
        json!({"site": "' or 1=1"}),
        json!({"site": ""}),
        json!({"": "x"}),
        json!({"site": "\u{0}"}),
        json!({"site": 7}),
        json!({"site": "x".repeat(64)}),
        Value::Object(many),
    ] {
        admin.post("/devices", json!({"name": "truck", "labels": labels})).await.problem(422);
    }
    assert_eq!(names(&admin, "").await.len(), 0);
    for path in ["/devices/%3Cscript%3E", "/devices/TRUCK", "/devices/%00", "/devices/%ff", "/devices/a%2Fb"]
    {
        admin.get(path).await.problem(404);
    }
}
