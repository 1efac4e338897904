//! The form of an answer, by what the client accepts.

use axum::http::{HeaderMap, header};

/// A form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON document, in pages.
    Json,
    /// One JSON object a line, without end.
    Ndjson,
    /// Comma-separated values (RFC 4180), without end.
    Csv,
}

impl Format {
    /// The first form in `Accept` that we have; JSON where there is none.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accept
            .split(',')
            .find_map(|part| Self::of_media_type(part.split(';').next().unwrap_or_default().trim()))
            .unwrap_or(Self::Json)
    }

    /// The form of a media type.
    pub(crate) fn of_media_type(media_type: &str) -> Option<Self> {
        match media_type.to_ascii_lowercase().as_str() {
            "application/json" => Some(Self::Json),
            "application/x-ndjson" => Some(Self::Ndjson),
            "text/csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The media type of the form.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}
