//! An API that keeps what it commits in memory, and fails as it is told.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use argosy_wire::{
    api::problem,
    batch::{BatchLine, IngestReceipt, IngestResponse},
    receipt::Receipt,
    topic::Topic,
};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::task::AbortOnDropHandle;

/// How the API behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It commits and says so.
    Working,
    /// It commits nothing and answers nothing, until the mode changes; then the request is lost.
    Hanging,
    /// It commits nothing and says this.
    Failing(u16),
    /// It commits, and breaks off in the middle of saying so.
    BreakingOff,
    /// It takes no more than so many lines at once.
    Narrow(usize),
    /// It takes no batch that has the word poison in it.
    Squeamish,
}

/// A message as it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Committed {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) is_base64: bool,
}

#[derive(Default)]
struct Record {
    committed: Vec<Committed>,
    requests: usize,
    open: usize,
    peak: usize,
    asked_for_receipts: bool,
}

/// The API.
pub(crate) struct Api {
    pub(crate) url: String,
    mode: watch::Sender<Mode>,
    record: Arc<Mutex<Record>>,
    _server: AbortOnDropHandle<()>,
}

#[derive(Clone)]
struct Shared {
    mode: watch::Receiver<Mode>,
    record: Arc<Mutex<Record>>,
}

impl Api {
    pub(crate) async fn start(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, receiver) = watch::channel(mode);
        let record = Arc::new(Mutex::new(Record::default()));
        let router = Router::new()
            .route("/api/v1/ingest", post(ingest))
            .route("/api/v1/me", get(me))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Shared { mode: receiver, record: Arc::clone(&record) });
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, mode: sender, record, _server: AbortOnDropHandle::new(server) }
    }

    pub(crate) fn become_(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    pub(crate) fn committed(&self) -> Vec<Committed> {
        self.record.lock().unwrap().committed.clone()
    }

    /// How often each telemetry payload was committed.
    pub(crate) fn times(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for message in self.committed().into_iter().filter(|message| message.topic.ends_with("/telemetry")) {
            let key = format!("{} {}", message.topic, String::from_utf8_lossy(&message.payload));
            *times.entry(key).or_default() += 1;
        }
        times
    }

    /// Batches that came, committed or not.
    pub(crate) fn requests(&self) -> usize {
        self.record.lock().unwrap().requests
    }

    /// Whether the last batch asked for receipts.
    pub(crate) fn asked_for_receipts(&self) -> bool {
        self.record.lock().unwrap().asked_for_receipts
    }

    /// The most batches that were under way at once.
    pub(crate) fn peak(&self) -> usize {
        self.record.lock().unwrap().peak
    }
}

/// Receipts as the API would give them if no number was ever skipped.
fn receipts(committed: &[Committed]) -> Vec<IngestReceipt> {
    let mut through: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for message in committed {
        let Ok(payload) = serde_json::from_slice::<Value>(&message.payload) else { continue };
        let (Some(boot), Some(seq)) = (payload["boot"].as_i64(), payload["seq"].as_i64()) else { continue };
        let highest = through.entry((message.topic.clone(), boot)).or_default();
        *highest = seq.max(*highest);
    }
    let receipts = through.into_iter().map(|((topic, boot), through)| {
        let topic = Topic::parse(&topic).unwrap();
        let receipt = Receipt::new(boot, through, [], []);
        IngestReceipt { fleet: topic.fleet.parse().unwrap(), device: topic.device.parse().unwrap(), receipt }
    });
    receipts.collect()
}

async fn me(State(shared): State<Shared>) -> Response {
    let mode = *shared.mode.borrow();
    match mode {
        Mode::Failing(status) => refuse(status),
        _ => {
            Json(json!({"name": "ingest", "user": null, "scopes": ["ingest"], "fleet": null})).into_response()
        }
    }
}

async fn ingest(
    State(mut shared): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Response {
    let asks = query.get("receipts").is_some_and(|value| value == "true");
    {
        let mut record = shared.record.lock().unwrap();
        record.requests += 1;
        record.asked_for_receipts = asks;
        record.open += 1;
        record.peak = record.peak.max(record.open);
    }
    let _open = Open(Arc::clone(&shared.record));
    answer(&mut shared, &body, asks).await
}

/// A request under way, until it is answered or its client has gone.
struct Open(Arc<Mutex<Record>>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.lock().unwrap().open -= 1;
    }
}

async fn answer(shared: &mut Shared, body: &Bytes, asks_for_receipts: bool) -> Response {
    let lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let mode = *shared.mode.borrow_and_update();
    match mode {
        Mode::Hanging => {
            let _ = shared.mode.changed().await;
            return refuse(503);
        }
        Mode::Failing(status) => return refuse(status),
        Mode::Narrow(most) if lines.len() > most => return refuse(413),
        Mode::Squeamish if body.windows(6).any(|window| window == b"poison") => return refuse(422),
        _ => {}
    }
    let committed: Vec<Committed> = lines
        .iter()
        .map(|line| {
            let parsed = BatchLine::parse(line).unwrap();
            let is_base64 = parsed.payload_base64.is_some();
            let (topic, payload) = parsed.into_parts();
            Committed { topic: topic.into_owned(), payload: payload.unwrap().into_owned(), is_base64 }
        })
        .collect();
    let receipts = if asks_for_receipts { receipts(&committed) } else { Vec::new() };
    shared.record.lock().unwrap().committed.extend(committed);
    if mode == Mode::BreakingOff {
        let halves = [Ok("{\"stored\": 1,"), Err(std::io::Error::other("broken off"))];
        let body = Body::from_stream(futures::stream::iter(halves));
        return ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    }
    Json(IngestResponse { stored: lines.len() as u64, receipts, ..IngestResponse::default() }).into_response()
}

fn refuse(status: u16) -> Response {
    let body = json!({"type": "urn:argosy:problem:test", "title": "Refused", "status": status}).to_string();
    (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, problem::CONTENT_TYPE)], body)
        .into_response()
}
