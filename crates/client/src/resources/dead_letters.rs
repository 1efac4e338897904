//! Dead letters.

use argosy_wire::{
    DeadLetterReason,
    api::{
        Page,
        dead_letter::{DeadLetter, DeadLetterDetail, DeadLetterSelection, DiscardResponse, ReplayResponse},
    },
};

use crate::{Client, Error, request::path};

/// Which dead letters, and which part of the list.
#[derive(Debug, Clone, Default)]
pub struct ListDeadLetters {
    /// Those of this reason.
    pub reason: Option<DeadLetterReason>,
    /// Those whose topic names this device.
    pub device: Option<String>,
    /// Rows on a page.
    pub limit: Option<usize>,
    /// Where the page starts.
    pub cursor: Option<String>,
}

impl Client {
    /// `GET /dead-letters`
    pub async fn list_dead_letters(&self, list: &ListDeadLetters) -> Result<Page<DeadLetter>, Error> {
        let mut query: Vec<(&str, String)> = Vec::new();
        query.extend(list.reason.map(|reason| ("reason", reason.to_string())));
        query.extend(list.device.clone().map(|device| ("device", device)));
        query.extend(list.limit.map(|limit| ("limit", limit.to_string())));
        query.extend(list.cursor.clone().map(|cursor| ("cursor", cursor)));
        self.get("dead-letters", &query).await
    }

    /// `GET /dead-letters/{id}`
    pub async fn read_dead_letter(&self, id: i64) -> Result<DeadLetterDetail, Error> {
        self.get(&path(&["dead-letters", &id.to_string()]), &[]).await
    }

    /// `POST /dead-letters/replay`
    pub async fn replay_dead_letters(
        &self,
        selection: &DeadLetterSelection,
    ) -> Result<ReplayResponse, Error> {
        self.post("dead-letters/replay", selection).await
    }

    /// `POST /dead-letters/discard`
    pub async fn discard_dead_letters(
        &self,
        selection: &DeadLetterSelection,
    ) -> Result<DiscardResponse, Error> {
        self.post("dead-letters/discard", selection).await
    }
}
