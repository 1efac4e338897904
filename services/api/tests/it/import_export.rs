//! Devices in bulk: NDJSON and CSV, in and out.

use serde_json::json;

use crate::support::{ALL, Api};

const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";

#[tokio::test]
async fn one_bad_line_costs_only_itself() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/devices", json!({"name": "old", "labels": {"site": "north"}})).await.expect(201);
    let lines = "{\"name\":\"new\",\"labels\":{\"site\":\"south\"}}\n{\"name\":\"BAD\"}\n\n{\"name\":\"x\",\"colour\":1}\n\
        not json\n{\"name\":\"lab\",\"labels\":{\"<b>\":\"x\"}}\n{\"name\":\"old\",\"enabled\":false}\n{\"name\":\"half";
    let result = admin.post_as("/devices/import", NDJSON, lines).await.expect(200);
    assert_eq!(
        (&result["created"], &result["updated"], &result["refused_count"]),
        (&json!(1), &json!(1), &json!(5))
    );
    let refused: Vec<_> =
        result["refused"].as_array().unwrap().iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(refused, [2, 4, 5, 6, 8]);
    let old = admin.get("/devices/old").await.expect(200);
    assert_eq!((&old["labels"], &old["enabled"], &old["version"]), (&json!({}), &json!(false), &json!(2)));
    let locks = "select count(*) from latest_values";
    assert_eq!(sqlx::query_scalar::<_, i64>(locks).fetch_one(&api.pool).await.unwrap(), 2);
}

#[tokio::test]
async fn csv_says_what_is_wrong_with_a_line() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let text =
        "name,enabled,labels\na,,site=north;kind=bus\nb,maybe,\nc,false,site\n\"d\",true,\"site=south\"\n";
    let result = admin.post_as("/devices/import", "text/csv; charset=utf-8", text).await.expect(200);
    assert_eq!((&result["created"], &result["refused_count"]), (&json!(2), &json!(2)));
    assert_eq!(result["refused"][0], json!({"line": 3, "detail": "enabled is true or false"}));
    assert_eq!(admin.get("/devices/a").await.expect(200)["labels"], json!({"site": "north", "kind": "bus"}));
    assert!(
        admin
            .post_as("/devices/import", CSV, "device,on\na,true\n")
            .await
            .problem(422)
            .contains("name,enabled,labels")
    );
}

#[tokio::test]
async fn what_goes_out_comes_in_again() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    // More than a chunk of an import or an export.
    let lines = (0..2_500)
        .map(|number| {
            format!(
                "{{\"name\":\"d-{number:04}\",\"labels\":{{\"n\":\"{number}\"}},\"enabled\":{}}}\n",
                number % 2 == 0
            )
        })
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(admin.post_as("/devices/import", NDJSON, lines).await.expect(200)["created"], 2_500);
    admin.post("/fleets", json!({"name": "copy"})).await.expect(201);
    for media_type in [NDJSON, CSV] {
        let export = admin.get_as("/devices?fleet=demo", media_type).await;
        assert!(export.header("content-type").starts_with(media_type));
        let export = export.expect_text();
        let result =
            admin.post_as("/devices/import?fleet=copy", media_type, export.clone()).await.expect(200);
        assert_eq!(result["refused_count"], 0, "{result}");
        assert_eq!(admin.get_as("/devices?fleet=copy", media_type).await.expect_text(), export);
    }
    let some = admin.get_as("/devices?fleet=demo&label=n:7&state=disabled", CSV).await.expect_text();
    assert_eq!(some, "name,enabled,labels\nd-0007,false,n=7\n");
}

#[tokio::test]
async fn refuses_other_types_and_too_much() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post_as("/devices/import", "application/xml", "<devices/>").await.problem(415);
    admin.post_as("/devices/import", NDJSON, vec![b'\n'; 17 * 1024 * 1024]).await.problem(413);
    assert_eq!(admin.post_as("/devices/import", NDJSON, "").await.expect(200)["created"], 0);
    assert_eq!(
        admin.post_as("/devices/import", NDJSON, vec![0xff, 0xfe]).await.expect(200)["refused_count"],
        1
    );
    let refused: String = "x\n".repeat(300);
    let result = admin.post_as("/devices/import", NDJSON, refused).await.expect(200);
    assert_eq!((&result["refused_count"], result["refused"].as_array().unwrap().len()), (&json!(300), 100));
}
