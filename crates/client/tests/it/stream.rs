//! The live tail.

use argosy_client::{Error, WatchStream};
use argosy_wire::api::stream::StreamEvent;
use futures::StreamExt as _;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{header, path, query_param},
};

use crate::server;

#[tokio::test]
async fn it_resumes_where_it_was() {
    let (server, client) = server().await;
    let body =
        ": watching\n\nid: 8-0\nevent: missed\ndata: {\"event\":\"missed\",\"count\":2}\n\n: keep-alive\n\n";
    Mock::given(path("/api/v1/stream"))
        .and(header("last-event-id", "7-0"))
        .and(query_param("device", "truck-0001"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(body, "text/event-stream"))
        .mount(&server)
        .await;
    let watch = WatchStream {
        devices: vec!["truck-0001".into()],
        last_event_id: Some("7-0".into()),
        ..WatchStream::default()
    };
    let events: Vec<_> = client.watch(&watch).await.unwrap().collect().await;
    let [Ok(event)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(event.id.as_deref(), Some("8-0"));
    assert_eq!(event.event, StreamEvent::Missed { count: 2 });
}

#[tokio::test]
async fn it_ends_after_an_error() {
    let (server, client) = server().await;
    let body = "data: what?\n\ndata: {\"event\":\"missed\",\"count\":2}\n\n";
    let answer = ResponseTemplate::new(200).set_body_raw(body, "text/event-stream");
    Mock::given(path("/api/v1/stream")).respond_with(answer).mount(&server).await;
    let events: Vec<_> = client.watch(&WatchStream::default()).await.unwrap().collect().await;
    assert!(matches!(&events[..], [Err(Error::Decode(_))]), "{events:?}");
}
