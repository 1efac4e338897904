//! Opaque positions in lists: what a client gets back as `next_cursor`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::problem::ApiError;

/// The longest cursor that is looked at.
const MAX_BYTES: usize = 1024;

/// The cursor of a position.
pub(crate) fn encode(position: &impl Serialize) -> Option<String> {
    serde_json::to_vec(position).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// The position of a cursor.
pub(crate) fn decode<T: DeserializeOwned>(cursor: &str) -> Result<T, ApiError> {
    Some(cursor)
        .filter(|cursor| cursor.len() <= MAX_BYTES)
        .and_then(|cursor| URL_SAFE_NO_PAD.decode(cursor).ok())
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(|| ApiError::BadRequest("The cursor is not one of ours: start again without it.".into()))
}

/// Cuts a list that was read with one row too many, and returns the cursor of its last row where there are more.
pub(crate) fn cut<T, P: Serialize>(
    rows: &mut Vec<T>,
    limit: usize,
    position: impl Fn(&T) -> P,
) -> Option<String> {
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().and_then(|row| encode(&position(row)))
}
