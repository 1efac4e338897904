//! What a picture of the runs needs: a strip a service, in parts of its width.

use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{
    Change, Kind, ServiceName,
    history::{History, Run},
};

/// A service's strip.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) service: ServiceName,
    pub(crate) spans: Vec<Span>,
}

/// A run on the strip.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// Where it begins, from 0 to 1.
    pub(crate) start: f64,
    /// How wide it is, at most 1.
    pub(crate) width: f64,
    /// What began it.
    pub(crate) kind: Kind,
    /// What to say about it.
    pub(crate) about: String,
}

/// The strips of all services that ran something in a time.
pub(super) fn tracks(
    history: &History,
    runs: &[Vec<Run<'_>>],
    window: &RangeInclusive<DateTime<Utc>>,
) -> Vec<Track> {
    let whole = (*window.end() - *window.start()).as_seconds_f64().max(1.0);
    let place = |time: DateTime<Utc>| ((time - *window.start()).as_seconds_f64() / whole).clamp(0.0, 1.0);
    let span = |run: &Run<'_>| {
        let (start, end) = (place(run.since), run.until.map_or(1.0, place));
        let change = Change::of_image(&history.commits()[run.began], run.change);
        let since = run.since.to_rfc3339_opts(SecondsFormat::Secs, true);
        let about = format!("{} {} by {} since {since}", run.image, change.kind, change.who);
        Span { start, width: end - start, kind: change.kind, about }
    };
    runs.iter()
        .filter_map(|runs| {
            let is_seen = |run: &&Run<'_>| {
                !run.image.is_placeholder()
                    && run.since <= *window.end()
                    && run.until.is_none_or(|until| until >= *window.start())
            };
            let service = runs.first()?.service.clone();
            let spans: Vec<Span> = runs.iter().filter(is_seen).map(span).collect();
            (!spans.is_empty()).then_some(Track { service, spans })
        })
        .collect()
}
