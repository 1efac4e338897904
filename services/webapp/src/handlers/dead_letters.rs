//! Dead letters: what could not be stored, and what becomes of it.

mod payload;

use argosy_client::{Client, Error, ListDeadLetters};
use argosy_wire::{
    DeadLetterReason,
    api::dead_letter::{DeadLetter, DeadLetterSelection},
};
use askama::Template;
use axum::{
    body::Body,
    response::{Html, Response},
};
use serde::Deserialize;

use super::{chart::attachment, page};
use crate::{
    error::PageError,
    extract::{Form, Path, Query},
    format::{self, Ago, At},
    session::{Caller, Visit, notice},
    shell::{Section, Shell},
};
use payload::Payload;

/// Rows on a page.
const ROWS: usize = 50;

/// A reason in words.
pub(crate) const fn words(reason: DeadLetterReason) -> &'static str {
    match reason {
        DeadLetterReason::NotJson => "Not JSON",
        DeadLetterReason::BadMessage => "Bad message",
        DeadLetterReason::UnknownDevice => "Unknown device",
        DeadLetterReason::DeviceDisabled => "Device disabled",
        DeadLetterReason::TimestampOutOfRange => "Time out of range",
        DeadLetterReason::TooLarge => "Too large",
        DeadLetterReason::TopicMismatch => "Topic mismatch",
    }
}

/// What helps with a reason.
const fn advice(reason: DeadLetterReason) -> &'static str {
    match reason {
        DeadLetterReason::NotJson => {
            "The payload is kept as it came. Mend the device's encoder; replay will not help this message."
        }
        DeadLetterReason::BadMessage => {
            "Mend what the device sends; replay helps only where Argosy has learned to read it since."
        }
        DeadLetterReason::UnknownDevice => "Create the device, then replay its messages.",
        DeadLetterReason::DeviceDisabled => "Enable the device, then replay its messages.",
        DeadLetterReason::TimestampOutOfRange => {
            "Set the device's clock. Replay helps where the fleet's retention was raised since."
        }
        DeadLetterReason::TooLarge => "Send fewer points a message: the limit is 64 KiB.",
        DeadLetterReason::TopicMismatch => "Publish to v1/{fleet}/{device}/telemetry or status.",
    }
}

#[derive(Template)]
#[template(path = "pages/dead-letters.html")]
struct DeadLettersPage {
    shell: Shell,
    reasons: Vec<ReasonLink>,
    reason: String,
    reason_words: &'static str,
    device: String,
    rows: Vec<Row>,
    next: String,
    first: String,
    is_filtered: bool,
}

struct ReasonLink {
    words: &'static str,
    count: i64,
    href: String,
    is_current: bool,
}

struct Row {
    id: i64,
    href: String,
    topic: String,
    words: &'static str,
    detail: String,
    received: Ago,
    occurrences: i64,
    size: String,
}

/// Which dead letters, and which part of the list.
#[derive(Debug, Deserialize)]
pub(crate) struct DeadLettersQuery {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    device: String,
    #[serde(default)]
    cursor: String,
}

/// `GET /dead-letters`
pub(crate) async fn list_dead_letters(
    visit: Visit,
    Query(query): Query<DeadLettersQuery>,
) -> Result<Html<String>, PageError> {
    let reason: Option<DeadLetterReason> = query.reason.parse().ok();
    let device = query.device.trim().to_owned();
    let list = ListDeadLetters {
        reason,
        device: Some(device.clone()).filter(|device| !device.is_empty()),
        limit: Some(ROWS),
        cursor: Some(query.cursor.clone()).filter(|cursor| !cursor.is_empty()),
    };
    let (found, overview) =
        tokio::try_join!(visit.client.list_dead_letters(&list), visit.client.read_overview())?;
    let shell = visit.shell(Section::DeadLetters);
    let current = reason.map_or("", DeadLetterReason::as_str);
    let link = |reason: &str, cursor: &str| {
        shell.query("/dead-letters", &[("reason", reason), ("device", &device), ("cursor", cursor)])
    };
    let total = overview.dead_letters.iter().map(|entry| entry.count).sum();
    let all = ReasonLink { words: "All", count: total, href: link("", ""), is_current: reason.is_none() };
    let others = overview.dead_letters.iter().map(|entry| ReasonLink {
        words: words(entry.reason),
        count: entry.count,
        href: link(entry.reason.as_str(), ""),
        is_current: reason == Some(entry.reason),
    });
    page(&DeadLettersPage {
        reasons: std::iter::once(all).chain(others).collect(),
        reason_words: reason.map_or("", words),
        rows: found.items.into_iter().map(|letter| row(&shell, letter)).collect(),
        next: found.next_cursor.map(|cursor| link(current, &cursor)).unwrap_or_default(),
        first: if query.cursor.is_empty() { String::new() } else { link(current, "") },
        is_filtered: reason.is_some() || !device.is_empty(),
        reason: current.to_owned(),
        device,
        shell,
    })
}

fn row(shell: &Shell, letter: DeadLetter) -> Row {
    Row {
        id: letter.id,
        href: shell.link(format!("/dead-letters/{}", letter.id)),
        topic: letter.topic,
        words: words(letter.reason),
        detail: letter.detail,
        received: Ago(letter.last_received_at),
        occurrences: letter.occurrences,
        size: format::bytes(letter.payload_bytes),
    }
}

#[derive(Template)]
#[template(path = "pages/dead-letter.html")]
struct DeadLetterPage {
    shell: Shell,
    id: i64,
    words: &'static str,
    advice: &'static str,
    topic: String,
    device: String,
    device_href: String,
    detail: String,
    received: At,
    last_received: At,
    occurrences: String,
    size: String,
    payload: Payload,
}

/// `GET /dead-letters/{id}`
pub(crate) async fn show_dead_letter(visit: Visit, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    let found = visit.client.read_dead_letter(id).await?;
    let shell = visit.shell(Section::DeadLetters);
    let payload = Payload::new(&found);
    let letter = found.dead_letter;
    let device = letter.device.unwrap_or_default();
    page(&DeadLetterPage {
        id,
        words: words(letter.reason),
        advice: advice(letter.reason),
        device_href: if argosy_wire::name::is_valid_name(&device) {
            shell.link(format!("/devices/{device}"))
        } else {
            String::new()
        },
        device,
        topic: letter.topic,
        detail: letter.detail,
        received: At(letter.received_at),
        last_received: At(letter.last_received_at),
        occurrences: format::count(letter.occurrences),
        size: format::bytes(letter.payload_bytes),
        payload,
        shell,
    })
}

/// `GET /dead-letters/{id}/payload`: the bytes as they came.
pub(crate) async fn download_payload(caller: Caller, Path(id): Path<i64>) -> Result<Response, PageError> {
    let found = caller.client.read_dead_letter(id).await?;
    let body = Body::from(payload::decode(&found));
    Ok(attachment("application/octet-stream", &format!("dead-letter-{id}.bin"), body))
}

/// What the forms send: some by id, or all of a reason or a device.
#[derive(Debug, Deserialize)]
pub(crate) struct SelectionForm {
    #[serde(default)]
    id: Vec<i64>,
    /// `all` for all that the filter shows.
    #[serde(default)]
    which: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    device: String,
}

impl SelectionForm {
    fn selection(&self) -> Option<DeadLetterSelection> {
        if self.which != "all" {
            let ids = Some(self.id.clone()).filter(|ids| !ids.is_empty())?;
            return Some(DeadLetterSelection { ids: Some(ids), ..DeadLetterSelection::default() });
        }
        let reason = self.reason.parse().ok();
        let device = Some(self.device.clone()).filter(|device| !device.is_empty());
        (reason.is_some() || device.is_some()).then_some(DeadLetterSelection { ids: None, reason, device })
    }

    fn list(&self, caller: &Caller) -> String {
        let fleet = caller.fleet.as_ref().map_or("", |fleet| fleet.as_str());
        crate::links::with_query(
            "/dead-letters",
            &[("reason", &self.reason), ("device", &self.device), ("fleet", fleet)],
        )
    }
}

/// `POST /dead-letters/replay`
pub(crate) async fn replay(caller: Caller, Form(form): Form<SelectionForm>) -> Result<Response, PageError> {
    act(&caller, &form, async |client, selection| {
        let answer = client.replay_dead_letters(selection).await?;
        let number = |count: u64| format::count(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(format!(
            "{} stored, {} stored before, {} refused again.",
            number(answer.stored),
            number(answer.duplicate),
            number(answer.refused)
        ))
    })
    .await
}

/// `POST /dead-letters/discard`
pub(crate) async fn discard(caller: Caller, Form(form): Form<SelectionForm>) -> Result<Response, PageError> {
    act(&caller, &form, async |client, selection| {
        let answer = client.discard_dead_letters(selection).await?;
        let count = i64::try_from(answer.discarded).unwrap_or(i64::MAX);
        Ok(format!("{} discarded.", format::plural(count, "dead letter", "dead letters")))
    })
    .await
}

async fn act(
    caller: &Caller,
    form: &SelectionForm,
    act: impl AsyncFnOnce(&Client, &DeadLetterSelection) -> Result<String, Error>,
) -> Result<Response, PageError> {
    let to = form.list(caller);
    match form.selection() {
        Some(selection) => notice::answer(act(&caller.client, &selection).await, &to),
        None => Ok(notice::Notice::failed("Choose at least one dead letter first.").redirect(&to)),
    }
}
