//! Every request has an id, which stands in the answer and in the log; a hostile one stands nowhere.

use std::time::Duration;

use argosy_runtime::http::{self, REQUEST_ID};
use argosy_testkit::Logs;
use axum::{Router, http::HeaderMap, routing::get};

use crate::support::{Server, until_closed};

/// The handler says which id it sees.
async fn server() -> Server {
    let handler = async |headers: HeaderMap| headers[REQUEST_ID].to_str().unwrap().to_owned();
    let router = http::layers(Router::new().route("/", get(handler)), "test_id_seconds");
    Server::start(router, Duration::ZERO).await
}

/// The id in the answer's head, and the one that the handler saw.
async fn ask(server: &Server, id: &[u8]) -> (String, String) {
    let head =
        [b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-request-id: ", id, b"\r\n\r\n"].concat();
    let (said, _) = until_closed(server.send(&head).await).await;
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    (id.to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_sane_id_is_kept() {
    let logs = Logs::capture();
    let server = server().await;
    let longest = "a".repeat(64);
    for id in ["7", "order-66_B", "0190c5b2-1f7e-7cc3-98c4-dc0c0c07398f", &longest] {
        assert_eq!(ask(&server, id.as_bytes()).await, (id.to_owned(), id.to_owned()));
        assert!(logs.contains(id));
    }
}

#[tokio::test]
async fn a_hostile_id_is_replaced() {
    let logs = Logs::capture();
    let server = server().await;
    let too_long = [b'a'; 65];
    let hostile: [&[u8]; 8] = [b"", b"a b", b"a\tb", b"<script>", b"a\"b", b"a;drop", b"\xff\xfe", &too_long];
    let mut given = std::collections::BTreeSet::new();
    for id in hostile {
        let (answered, seen) = ask(&server, id).await;
        assert_eq!(answered, seen);
        assert!(answered.len() == 32 && answered.bytes().all(|byte| byte.is_ascii_hexdigit()), "{answered}");
        assert!(logs.contains(&answered));
        assert!(given.insert(answered), "an id was given twice");
    }
    let text = logs.text();
    assert!(!text.contains("<script>") && !text.contains("drop"), "{text}");
}
