//! The overview: is the fleet well, and is anything lost?

use argosy_wire::api::{audit::AuditEntry, overview::OverviewResponse};
use askama::Template;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use chrono::Utc;

use super::page;
use crate::{
    error::PageError,
    format::{self, Ago, At},
    links, plot,
    session::{Caller, Visit},
    shell::{Section, Shell},
};

/// How well the fleet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Attention,
    Bad,
    Empty,
}

impl Health {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
            Self::Empty => "empty",
        }
    }
}

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct OverviewPage {
    shell: Shell,
    part: OverviewPart,
}

/// What is fetched again every few seconds.
#[derive(Template)]
#[template(path = "parts/overview.html")]
struct OverviewPart {
    health: Health,
    sentence: String,
    now: At,
    online: String,
    devices: String,
    disabled: i64,
    offline: i64,
    rate: String,
    messages_hour: String,
    points_hour: String,
    duplicates_hour: String,
    peak: String,
    missing: i64,
    devices_with_gaps: i64,
    refused: i64,
    reasons: Vec<Reason>,
    changes: Vec<AuditEntry>,
    chart: plot::Area,
    /// The chart's data for scripts: `[[seconds, messages a second], ...]`.
    traffic_json: String,
    minutes: Vec<(At, String)>,
    fleet: String,
}

struct Reason {
    name: &'static str,
    words: &'static str,
    count: i64,
    /// Of the most frequent reason, 0 to 100.
    percent: i64,
}

/// `GET /`
pub(crate) async fn show_overview(visit: Visit) -> Result<Response, PageError> {
    if visit.fleet.is_none() {
        return Ok(Redirect::to("/settings/fleets").into_response());
    }
    let overview = visit.client.read_overview().await?;
    let shell = visit.shell(Section::Overview);
    let part = OverviewPart::new(overview, shell.fleet_query().to_owned());
    Ok(page(&OverviewPage { shell, part })?.into_response())
}

/// `GET /parts/overview`
pub(crate) async fn show_part(caller: Caller) -> Result<Html<String>, PageError> {
    let overview = caller.client.read_overview().await?;
    page(&OverviewPart::new(overview, caller.fleet.map(String::from).unwrap_or_default()))
}

impl OverviewPart {
    fn new(overview: OverviewResponse, fleet: String) -> Self {
        let rates: Vec<f64> = overview.traffic.iter().map(|sample| sample.messages as f64 / 10.0).collect();
        let points: Vec<(i64, f64)> =
            overview.traffic.iter().map(|sample| sample.at.timestamp()).zip(rates.iter().copied()).collect();
        let sum = |of: fn(&argosy_wire::api::overview::TrafficSample) -> i64| {
            format::count(overview.traffic.iter().map(of).sum::<i64>())
        };
        let refused = overview.dead_letters.iter().map(|entry| entry.count).sum();
        let most = overview.dead_letters.iter().map(|entry| entry.count).max().unwrap_or(0).max(1);
        let (health, sentence) = judge(&overview, refused);
        Self {
            health,
            sentence,
            now: At(Utc::now()),
            online: format::count(overview.online),
            devices: format::count(overview.devices),
            disabled: overview.disabled,
            offline: overview.devices - overview.online,
            rate: format::rate(overview.messages_per_second),
            messages_hour: sum(|sample| sample.messages),
            points_hour: sum(|sample| sample.points),
            duplicates_hour: sum(|sample| sample.duplicates),
            peak: format::rate(rates.iter().copied().fold(0.0, f64::max)),
            missing: overview.missing,
            devices_with_gaps: overview.devices_with_gaps,
            refused,
            reasons: overview
                .dead_letters
                .iter()
                .map(|entry| Reason {
                    name: entry.reason.as_str(),
                    words: super::dead_letters::words(entry.reason),
                    count: entry.count,
                    percent: (entry.count * 100 / most).max(1),
                })
                .collect(),
            changes: overview.changes.into_iter().filter(|change| !is_visit(change)).collect(),
            chart: plot::Area::new(&rates),
            traffic_json: serde_json::to_string(&points).unwrap_or_default(),
            minutes: overview
                .traffic
                .chunks(30)
                .filter_map(|chunk| {
                    Some((chunk.first()?.at, chunk.iter().map(|sample| sample.messages).sum::<i64>()))
                })
                .map(|(at, messages)| (At(at), format::rate(messages as f64 / 300.0)))
                .collect(),
            fleet,
        }
    }

    /// A path of this fleet.
    fn link(&self, path: &str) -> String {
        links::with_query(path, &[("fleet", &self.fleet)])
    }

    /// The devices in this state.
    fn list(&self, state: &str) -> String {
        links::with_query("/devices", &[("state", state), ("fleet", &self.fleet)])
    }

    /// The dead letters of this reason.
    fn reason(&self, reason: &str) -> String {
        links::with_query("/dead-letters", &[("reason", reason), ("fleet", &self.fleet)])
    }
}

/// Whether somebody only came or went: that changes nothing of the fleet.
fn is_visit(change: &AuditEntry) -> bool {
    change.action.starts_with("session.")
}

/// Says in a sentence whether anything is wrong.
fn judge(overview: &OverviewResponse, refused: i64) -> (Health, String) {
    let (devices, online) = (overview.devices, overview.online);
    if devices == 0 {
        return (Health::Empty, "No device is connected yet.".into());
    }
    if online == 0 {
        return (Health::Bad, "No device is online.".into());
    }
    if overview.messages_per_second == 0.0 {
        return (
            Health::Bad,
            "Devices are online, but no message has arrived in the last ten seconds.".into(),
        );
    }
    let mut wrong = Vec::new();
    if online < devices {
        let offline = devices - online;
        wrong.push(format!("{} {} offline", format::plural(offline, "device", "devices"), are(offline)));
    }
    if overview.missing > 0 {
        let missing = overview.missing;
        wrong.push(format!("{} {} missing", format::plural(missing, "message", "messages"), are(missing)));
    }
    if refused > 0 {
        wrong.push(format!("{} could not be stored", format::plural(refused, "message", "messages")));
    }
    match wrong.split_last() {
        None => (Health::Good, "All is well: every device is online and no message is missing.".into()),
        Some((last, [])) => (Health::Attention, format!("{last}.")),
        Some((last, others)) => (Health::Attention, format!("{} and {last}.", others.join(", "))),
    }
}

fn are(number: i64) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

#[cfg(test)]
mod tests {
    use argosy_wire::{DeadLetterReason, api::overview::DeadLetterCount};

    use super::*;

    fn overview(devices: i64, online: i64, missing: i64, rate: f64) -> OverviewResponse {
        OverviewResponse {
            fleet: "demo".parse().unwrap(),
            devices,
            online,
            disabled: 0,
            messages_per_second: rate,
            traffic: Vec::new(),
            missing,
            devices_with_gaps: missing.min(1),
            dead_letters: vec![DeadLetterCount { reason: DeadLetterReason::NotJson, count: 1 }],
            changes: Vec::new(),
        }
    }

    #[test]
    fn the_sentence_says_what_is_wrong_first() {
        let say = |overview, refused| judge(&overview, refused).1;
        assert_eq!(say(overview(0, 0, 0, 0.0), 0), "No device is connected yet.");
        assert_eq!(say(overview(2, 0, 0, 0.0), 0), "No device is online.");
        assert!(say(overview(2, 2, 0, 0.0), 0).starts_with("Devices are online, but no message"));
        assert!(say(overview(2, 2, 0, 1.0), 0).starts_with("All is well"));
        assert_eq!(say(overview(2, 1, 0, 1.0), 0), "1 device is offline.");
        assert_eq!(
            say(overview(60, 57, 1200, 1.0), 1),
            "3 devices are offline, 1,200 messages are missing and 1 message could not be stored."
        );
    }
}
