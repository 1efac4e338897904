//! Numbers, times and values as people read them.

use std::{borrow::Borrow, fmt};

use askama::filters::HtmlSafe;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;

/// A whole number with separators: `12,345`.
pub(crate) fn count(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with at most three decimals and separators: `1,234.5`.
pub(crate) fn decimal(number: f64) -> String {
    if !number.is_finite() {
        return "—".into();
    }
    if number.abs() >= 1e15 || (number != 0.0 && number.abs() < 0.0005) {
        return format!("{number:.3e}");
    }
    let text = format!("{:.3}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let sign = if number < 0.0 && (fraction.len() + whole.trim_matches('0').len()) > 0 { "−" } else { "" };
    let whole = count(whole.parse::<i64>().unwrap_or_default());
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// One decimal always, so that a number that moves keeps its width: `1,234.5`.
pub(crate) fn rate(number: f64) -> String {
    let tenths = (number.max(0.0) * 10.0).round().min(1e15);
    #[expect(clippy::cast_possible_truncation, reason = "it is clamped to what fits")]
    let tenths = tenths as i64;
    format!("{}.{}", count(tenths / 10), tenths % 10)
}

/// A size: `512 B`, `12.3 KiB`.
pub(crate) fn bytes(bytes: i64) -> String {
    if bytes < 1024 { format!("{bytes} B") } else { format!("{} KiB", rate(bytes as f64 / 1024.0)) }
}

/// A value of a reading.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), decimal),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A thing, or several: `1 device`, `3 devices`.
pub(crate) fn plural(number: impl Borrow<i64>, one: &str, many: &str) -> String {
    let number = *number.borrow();
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A moment in UTC, as people read it: `2026-11-21 04:30:12 UTC`.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A moment in the past or the future by its distance: `3 s ago`, `in 364 d`.
pub(crate) fn distance(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let delta = now - at;
    let text = span(delta.abs());
    match delta {
        delta if delta.abs() < TimeDelta::seconds(1) => "now".into(),
        delta if delta > TimeDelta::zero() => format!("{text} ago"),
        _ => format!("in {text}"),
    }
}

/// A length of time by its largest unit: `45 s`, `3 min`, `2 h`, `5 d`.
pub(crate) fn span(delta: TimeDelta) -> String {
    match delta.num_seconds() {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds @ 3600..86_400 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// A `<time>` that says how long ago; scripts keep it true, and put the person's own zone in its title.
pub(crate) struct Ago(pub(crate) DateTime<Utc>);

impl fmt::Display for Ago {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (iso, title) = (self.0.to_rfc3339_opts(SecondsFormat::Millis, true), moment(self.0));
        let text = distance(self.0, Utc::now());
        write!(formatter, r#"<time datetime="{iso}" data-time="ago" title="{title}">{text}</time>"#)
    }
}

impl HtmlSafe for Ago {}

/// A `<time>` that says when; scripts put it in the person's own zone.
pub(crate) struct At(pub(crate) DateTime<Utc>);

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (iso, text) = (self.0.to_rfc3339_opts(SecondsFormat::Millis, true), moment(self.0));
        write!(formatter, r#"<time datetime="{iso}" data-time="at">{text}</time>"#)
    }
}

impl HtmlSafe for At {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        assert_eq!(
            [count(0), count(999), count(1000), count(-1_234_567)],
            ["0", "999", "1,000", "−1,234,567"]
        );
        assert_eq!(
            [decimal(0.0), decimal(12.5), decimal(1234.0), decimal(-0.25)],
            ["0", "12.5", "1,234", "−0.25"]
        );
        assert_eq!([rate(0.0), rate(59.96), rate(1234.04)], ["0.0", "60.0", "1,234.0"]);
        assert_eq!([bytes(12), bytes(65_536)], ["12 B", "64.0 KiB"]);
        assert_eq!(decimal(-0.000_001), "-1.000e-6");
    }

    #[test]
    fn distances_have_one_unit() {
        let now = Utc::now();
        let ago = |seconds| distance(now - TimeDelta::seconds(seconds), now);
        assert_eq!(
            [ago(0), ago(3), ago(150), ago(7300), ago(200_000)],
            ["now", "3 s ago", "2 min ago", "2 h ago", "2 d ago"]
        );
        assert_eq!(ago(-90_000), "in 1 d");
    }
}
