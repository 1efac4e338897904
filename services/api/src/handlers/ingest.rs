//! `POST /ingest`: batches of messages, answered after their commit.

use std::time::Instant;

use argosy_wire::{
    api::problem::Problem,
    batch::{CONTENT_TYPE, IngestResponse, MAX_BATCH_BYTES},
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, StatusCode, header},
};
use chrono::Utc;
use serde::Deserialize;

use crate::{
    auth::{Access, Ingest},
    extract::Query,
    ingest::{self, OnRefusal, Outcome, lines},
    metrics,
    problem::ApiError,
    state::AppState,
};

/// A batch's body, of the right type and size.
pub(crate) struct Batch(Bytes);

impl FromRequest<AppState> for Batch {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        if !is_ndjson(request.headers()) {
            return Err(ApiError::UnsupportedMediaType(format!(
                "A batch is newline-delimited JSON: send Content-Type: {CONTENT_TYPE}."
            )));
        }
        Bytes::from_request(request, state).await.map(Self).map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge(format!(
                "A batch has at most {MAX_BATCH_BYTES} bytes. Nothing of it was stored; send it in parts."
            )),
            _ => ApiError::BadRequest(format!("The body could not be read: {error}.")),
        })
    }
}

fn is_ndjson(headers: &HeaderMap) -> bool {
    let essence = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    essence.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(CONTENT_TYPE))
}

/// What the answer is to hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IngestQuery {
    /// Whether the answer carries receipts.
    #[serde(default)]
    receipts: bool,
}

/// Store a batch of messages.
///
/// One JSON object a line: `{"topic", "received_at", "payload"}`, or `payload_base64` where the payload is not JSON. The answer
/// is sent after the commit: 200 means that every message of the batch is in the database, as readings or as a dead letter.
/// A message that is wrong costs only itself. Sending a batch again is safe for messages with boot and seq. With `receipts` the answer
/// says besides, for each device and boot of the batch, which messages are committed. Scope: `ingest`.
#[utoipa::path(
    post,
    path = "/ingest",
    tag = "ingest",
    params(IngestQuery),
    request_body(
        content = String,
        content_type = "application/x-ndjson",
        example = "{\"topic\":\"v1/demo/truck-0001/telemetry\",\"payload\":{\"boot\":1,\"seq\":1,\"points\":[{\"ts\":1763672405123,\"values\":{\"speed\":12.5}}]}}\n"
    ),
    responses(
        (status = OK, body = IngestResponse),
        (status = BAD_REQUEST, body = Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, body = Problem, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn ingest_batch(
    State(state): State<AppState>,
    access: Access<Ingest>,
    Query(query): Query<IngestQuery>,
    Batch(body): Batch,
) -> Result<axum::Json<IngestResponse>, ApiError> {
    let started = Instant::now();
    let _permit = state.batches.acquire().await.map_err(ApiError::internal)?;
    let messages = lines::parse(&body, Utc::now())?;
    let count = messages.len();
    let stored = ingest::store(&state, access.bound_to(), messages, OnRefusal::Keep, query.receipts).await?;
    metrics::measure_batch(count, started.elapsed());
    let mut response = IngestResponse { receipts: stored.receipts, ..IngestResponse::default() };
    for outcome in stored.outcomes {
        match outcome {
            Outcome::Stored => response.stored += 1,
            Outcome::Duplicate => response.duplicate += 1,
            Outcome::Refused(_) => response.dead_lettered += 1,
        }
    }
    Ok(axum::Json(response))
}
