//! The chart of the page: messages a second as bars, in SVG that follows the reader's theme.

use std::fmt::Write as _;

use crate::{
    page::thousands,
    results::{ARGOSY, BROKER, HTTP, Results, TELEGRAF},
};

const WIDTH: f64 = 720.0;
const BAR: f64 = 28.0;
const STEP: f64 = 44.0;
/// Where bars begin, and how long the longest is.
const LEFT: f64 = 232.0;
const LONGEST: f64 = 380.0;

/// Draws it.
pub(crate) fn draw(results: &Results) -> String {
    let bars: Vec<_> = [
        (BROKER, "Broker alone", "limit"),
        (HTTP, "Broker, ingest, no database", "limit"),
        (ARGOSY, "Argosy, committed, with ledger", "own"),
        (TELEGRAF, "Telegraf, committed", "other"),
    ]
    .into_iter()
    .filter(|(name, ..)| !results.flows(name).is_empty())
    .map(|(name, title, class)| (title, class, results.rate(name)))
    .collect();
    let most = bars.iter().map(|(.., rate)| rate.greatest).fold(1.0, f64::max);
    let height = STEP * bars.len() as f64 + 44.0;
    // Writing to memory cannot fail.
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="Messages a second">
<!-- Written by `make bench`. -->
<style>
  text {{ font: 14px system-ui, sans-serif; fill: #13222b }}
  .note {{ font-size: 12px; fill: #5c6c77 }}
  .own {{ fill: #0b6b70 }} .other {{ fill: #d98a12 }} .limit {{ fill: #c5d0d7 }}
  .spread {{ stroke: #13222b; stroke-width: 1.5 }}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #e3ecf0 }} .note {{ fill: #8b9ca7 }}
    .own {{ fill: #56c4c0 }} .other {{ fill: #e6ac4e }} .limit {{ fill: #35454f }}
    .spread {{ stroke: #e3ecf0 }}
  }}
</style>
"#
    );
    for (index, (title, class, rate)) in bars.into_iter().enumerate() {
        let (top, length) = (STEP * index as f64 + 8.0, |value: f64| value / most * LONGEST);
        let (middle, base) = (top + BAR / 2.0, top + BAR / 2.0 + 5.0);
        let (least, greatest) = (LEFT + length(rate.least), LEFT + length(rate.greatest));
        let _ = write!(
            svg,
            r#"<text x="{x}" y="{base}" text-anchor="end">{title}</text>
<rect class="{class}" x="{LEFT}" y="{top}" width="{width:.1}" height="{BAR}" rx="2"/>
<path class="spread" d="M{least:.1} {middle}H{greatest:.1}"/>
<text x="{after:.1}" y="{base}">{figure}</text>
"#,
            x = LEFT - 12.0,
            width = length(rate.median),
            after = greatest.max(LEFT + length(rate.median)) + 8.0,
            figure = thousands(rate.median)
        );
    }
    let _ = write!(
        svg,
        r#"<text class="note" x="{LEFT}" y="{y}">Messages of four values a second, {cores} cores; medians, with the rounds' spread</text>
</svg>
"#,
        y = height - 12.0,
        cores = results.machine.cores
    );
    svg
}
