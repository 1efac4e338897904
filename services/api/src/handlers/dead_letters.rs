//! `/dead-letters`: messages that could not be stored.

use std::borrow::Cow;

use argosy_wire::{
    DeadLetterReason, FleetName,
    api::{
        Page,
        dead_letter::{DeadLetter, DeadLetterDetail, DeadLetterSelection, DiscardResponse, ReplayResponse},
        problem::Problem,
    },
};
use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;

use crate::{
    audit,
    auth::{FleetAccess, Read, Write},
    cursor, db,
    db::dead_letters::{ReplayRow, Visible},
    extract::{Json, Path, Query},
    handlers::devices::PageQuery,
    ingest::{self, Message, OnRefusal, Outcome},
    problem::ApiError,
    state::AppState,
};

/// Messages replayed by one request at the most.
const MAX_REPLAYED: usize = 10_000;
/// Messages replayed at once.
const CHUNK: i64 = 1_000;

/// Which dead letters.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeadLetterQuery {
    /// Those of this reason.
    reason: Option<DeadLetterReason>,
    /// Those whose topic names this device.
    device: Option<String>,
}

fn visible<S>(access: &FleetAccess<S>) -> Visible {
    Visible { fleet_id: access.fleet.id, without_fleet: access.fleet_id().is_none() }
}

/// List dead letters.
///
/// Newest first. One who sees every fleet also sees those whose topic names none. Scope: `read`.
#[utoipa::path(get, path = "/dead-letters", tag = "dead letters",
    params(DeadLetterQuery, PageQuery, ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = Page<DeadLetter>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_dead_letters(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Query(query): Query<DeadLetterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<DeadLetter>>, ApiError> {
    let (limit, before) = (page.limit(), page.position()?);
    let mut connection = state.pool.acquire().await?;
    let more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let reason = query.reason.map(DeadLetterReason::as_str);
    let device = query.device.as_deref();
    let mut rows =
        db::dead_letters::list_dead_letters(&mut connection, visible(&access), reason, device, before, more)
            .await?;
    let next_cursor = cursor::cut(&mut rows, limit, |row| row.id);
    let items = rows.into_iter().map(DeadLetter::try_from).collect::<Result<_, _>>()?;
    Ok(axum::Json(Page { items, next_cursor }))
}

/// Read a dead letter, with its payload.
///
/// Scope: `read`.
#[utoipa::path(get, path = "/dead-letters/{id}", tag = "dead letters",
    params(("id" = i64, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = DeadLetterDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_dead_letter(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Path(id): Path<i64>,
) -> Result<axum::Json<DeadLetterDetail>, ApiError> {
    let mut connection = state.pool.acquire().await?;
    let (row, payload) = db::dead_letters::find_dead_letter(&mut connection, visible(&access), id)
        .await?
        .ok_or_else(|| ApiError::not_found("dead letter", id))?;
    Ok(axum::Json(DeadLetterDetail {
        dead_letter: row.try_into()?,
        payload_base64: STANDARD.encode(&payload),
        payload_text: String::from_utf8(payload).ok(),
    }))
}

/// Replay dead letters.
///
/// As if they arrived again, with the time they first came: after the device was created or enabled, say. What is stored now, or
/// was already, is a dead letter no more. At most 10,000 are tried. Scope: `write`.
#[utoipa::path(post, path = "/dead-letters/replay", tag = "dead letters", request_body = DeadLetterSelection,
    params(("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = ReplayResponse), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn replay_dead_letters(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    Json(selection): Json<DeadLetterSelection>,
) -> Result<axum::Json<ReplayResponse>, ApiError> {
    check(&selection)?;
    let visible = visible(&access);
    let reason = selection.reason.map(DeadLetterReason::as_str);
    let (ids, device) = (selection.ids.as_deref(), selection.device.as_deref());
    let (mut response, mut after, mut tried) = (ReplayResponse::default(), 0, 0);
    while tried < MAX_REPLAYED {
        let mut connection = state.pool.acquire().await?;
        let rows =
            db::dead_letters::select_for_replay(&mut connection, visible, ids, reason, device, after, CHUNK)
                .await?;
        drop(connection);
        let Some(last) = rows.last() else { break };
        after = last.id;
        tried += rows.len();
        let messages: Vec<Message<'_>> = rows.iter().map(message).collect();
        let stored = ingest::store(&state, access.bound_to(), messages, OnRefusal::Report, false).await?;
        let mut done = Vec::new();
        for (row, outcome) in rows.iter().zip(stored.outcomes) {
            match outcome {
                Outcome::Refused(_) => {
                    response.refused += 1;
                    continue;
                }
                Outcome::Stored => response.stored += 1,
                Outcome::Duplicate => response.duplicate += 1,
            }
            done.push(row.id);
        }
        let mut connection = state.pool.acquire().await?;
        db::dead_letters::delete_dead_letters(&mut connection, visible, Some(&done), None, None).await?;
    }
    let mut connection = state.pool.acquire().await?;
    let detail = json!({"selection": selection, "result": response});
    audit::record(
        &mut connection,
        &access,
        Some(access.fleet.id),
        "dead_letter.replay",
        "dead letters",
        detail,
    )
    .await?;
    Ok(axum::Json(response))
}

fn message(row: &ReplayRow) -> Message<'_> {
    Message {
        topic: Cow::Borrowed(&row.topic),
        received_at: row.received_at,
        payload: Ok(Cow::Borrowed(&row.payload)),
        raw: &row.payload,
        unread: None,
    }
}

/// Discard dead letters.
///
/// For good. Scope: `write`.
#[utoipa::path(post, path = "/dead-letters/discard", tag = "dead letters", request_body = DeadLetterSelection,
    params(("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = DiscardResponse), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn discard_dead_letters(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    Json(selection): Json<DeadLetterSelection>,
) -> Result<axum::Json<DiscardResponse>, ApiError> {
    check(&selection)?;
    let reason = selection.reason.map(DeadLetterReason::as_str);
    let (ids, device) = (selection.ids.as_deref(), selection.device.as_deref());
    let mut transaction = state.pool.begin().await?;
    let discarded =
        db::dead_letters::delete_dead_letters(&mut transaction, visible(&access), ids, reason, device)
            .await?;
    let detail = json!({"selection": selection, "discarded": discarded});
    let fleet_id = Some(access.fleet.id);
    audit::record(&mut transaction, &access, fleet_id, "dead_letter.discard", "dead letters", detail).await?;
    transaction.commit().await?;
    Ok(axum::Json(DiscardResponse { discarded }))
}

fn check(selection: &DeadLetterSelection) -> Result<(), ApiError> {
    if *selection == DeadLetterSelection::default() {
        return Err(ApiError::Invalid("Say which: give ids, a reason or a device.".into()));
    }
    if selection.ids.as_ref().is_some_and(|ids| ids.len() > MAX_REPLAYED) {
        return Err(ApiError::Invalid(format!("Give at most {MAX_REPLAYED} ids.")));
    }
    Ok(())
}
