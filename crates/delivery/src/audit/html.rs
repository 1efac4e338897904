//! The report as one page that needs no other file, no script and no network.

use askama::Template;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::{Audit, timeline::Track};
use crate::{Change, Error, Kind};

/// Width of the strips, in the units of the picture.
const WIDTH: f64 = 1000.0;
/// Height of a service's strip, with the space around it.
const ROW: usize = 28;

#[derive(Template)]
#[template(path = "audit.html")]
struct Page<'a> {
    audit: &'a Audit,
    ticks: Vec<Tick>,
    height: usize,
    has_approvals: bool,
}

/// A line across the strips, with its time.
struct Tick {
    place: f64,
    text: String,
}

impl Audit {
    /// The page.
    pub fn to_html(&self) -> Result<String, Error> {
        let (ticks, height) = (self.ticks(), self.tracks.len() * ROW);
        let has_approvals = self.changes.iter().any(|change| !change.approved_by.is_empty());
        let page = Page { audit: self, ticks, height, has_approvals };
        page.render().map_err(|error| Error::Report(error.to_string()))
    }

    /// Five times, evenly.
    fn ticks(&self) -> Vec<Tick> {
        let whole = self.until - self.since;
        let format = if whole > TimeDelta::days(4) { "%Y-%m-%d" } else { "%m-%d %H:%M" };
        (0..5)
            .map(|index| {
                let time = self.since + whole / 4 * index;
                Tick { place: WIDTH / 4.0 * f64::from(index), text: time.format(format).to_string() }
            })
            .collect()
    }
}

impl Track {
    fn rectangles(&self) -> impl Iterator<Item = Rectangle<'_>> {
        self.spans.iter().map(|span| Rectangle {
            // Two units at least, or what lasted a minute could not be seen.
            x: (span.start * WIDTH).min(WIDTH - 2.0),
            width: (span.width * WIDTH - 1.0).max(2.0),
            class: span.kind.class(),
            about: &span.about,
        })
    }
}

struct Rectangle<'t> {
    x: f64,
    width: f64,
    class: String,
    about: &'t str,
}

fn time(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// For people: the day and the minute.
fn minute(time: &DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

/// Why, or else a person's own words: the subjects that `argosy` writes repeat what the other columns say.
fn words(change: &Change) -> &str {
    match (&change.why, change.kind) {
        (Some(why), _) => why,
        (None, Kind::ByHand | Kind::Configuration) => &change.subject,
        (None, _) => "",
    }
}

/// The pipeline's page, if a browser may open it.
fn link(change: &Change) -> Option<&str> {
    change.build.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}
