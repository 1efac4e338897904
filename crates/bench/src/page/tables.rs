//! What was measured, in tables of Markdown. What was not measured is left out.

use std::fmt::{Display, Write as _};

use crate::{
    measure::Flow,
    results::{ALONE, ARGOSY, BROKER, EARLY, HTTP, PLAIN, Results, SILENT, TELEGRAF, TELEGRAF_PLAIN},
    scenario::{latency::Latency, queries::Answered},
    spread::Spread,
};

/// Values of a message.
const POINTS: f64 = 4.0;
const MIB: f64 = 1024.0 * 1024.0;
/// Everything but the publishers, which no fleet runs on the server.
const SERVERS: [&str; 7] = ["broker", "ingest", "api", "postgres", "redis", "telegraf", "sink"];

/// All tables that there are figures for.
pub(crate) fn write(results: &Results) -> String {
    let machine = &results.machine;
    let mut text = format!(
        "Measured on {}: {} cores, {}, {}; everything on them, publishers included. {} devices publish messages of four values at QoS 1 as fast as\n\
         the other end takes them, {} s a measurement. Each figure is the median of its rounds, with the least and the greatest.\n",
        machine.date,
        machine.cores,
        machine.system,
        machine.servers.join(", "),
        results.devices,
        results.seconds
    );
    rates(&mut text, results);
    processes(&mut text, results);
    latency(&mut text, results);
    costs(&mut text, results);
    queries(&mut text, results);
    growth(&mut text, results);
    readers(&mut text, results);
    pages(&mut text, results);
    text
}

fn rates(text: &mut String, results: &Results) {
    let rows = [
        (BROKER, "broker alone, into a subscriber that forgets"),
        (HTTP, "broker, ingest, and an API that answers at once and stores nothing"),
        (ARGOSY, "**Argosy**: committed, acknowledged after the commit"),
        (EARLY, "Argosy before its rollups begin"),
        (TELEGRAF, "Telegraf into a table with an index on device and time, no ledger"),
        (TELEGRAF_PLAIN, "the same without TLS between broker and Telegraf"),
    ];
    let mut table =
        Table::new(["", "messages a second", "points a second", "processor seconds a million points"]);
    for (name, title) in rows {
        if results.flows(name).is_empty() {
            continue;
        }
        let rate = results.rate(name);
        table.row([
            title.to_owned(),
            whole(rate),
            thousands(rate.median * POINTS),
            decimals(results.cost(name, &SERVERS).scaled(1.0 / POINTS), 1),
        ]);
    }
    table.write(text, "Messages");
    let copy = Spread::of(results.copy.iter().copied());
    if copy.median > 0.0 {
        let share = results.rate(ARGOSY).median / copy.median;
        let _ = writeln!(
            text,
            "\nCOPY of the same rows into the same table by psql, one session and nothing beside it: {} rows a second. Argosy commits {:.0} % of that.",
            whole(copy),
            share * 100.0
        );
    }
    let (tls, plain) = (ratios(results, TELEGRAF), ratios(results, TELEGRAF_PLAIN));
    if tls.median > 0.0 {
        let _ = writeln!(
            text,
            "\nArgosy commits {} times what Telegraf does in the same round, and {} times what that does without TLS.",
            decimals(tls, 2),
            decimals(plain, 2)
        );
    }
}

/// How many times as much Argosy commits, round by round.
fn ratios(results: &Results, other: &str) -> Spread {
    let pairs = results.flows(ARGOSY).iter().zip(results.flows(other));
    Spread::of(pairs.map(|(argosy, other)| argosy.rate / other.rate))
}

fn processes(text: &mut String, results: &Results) {
    let flows = results.flows(ARGOSY);
    let Some(first) = flows.first() else { return };
    let mut table = Table::new(["process", "microseconds a message", "cores", "most memory, MiB"]);
    for process in first.processes.keys() {
        let of = |value: fn(&crate::measure::Used) -> f64| {
            Spread::of(flows.iter().filter_map(|flow| flow.processes.get(process)).map(value))
        };
        table.row([
            process.clone(),
            decimals(of(|used| used.microseconds), 1),
            decimals(of(|used| used.cores), 2),
            // PostgreSQL's first process has next to none of its memory.
            if process == "postgres" {
                String::new()
            } else {
                whole(of(|used| used.peak_bytes as f64 / MIB))
            },
        ]);
    }
    table.write(text, "Where the time goes");
}

fn latency(text: &mut String, results: &Results) {
    let mut table = Table::new(["load", "messages a second", "p50", "p99", "p99.9"]);
    let loads: [(&str, Vec<&Latency>); 2] = [
        ("half", results.latency.iter().map(|(half, _)| half).collect()),
        ("four fifths", results.latency.iter().map(|(_, most)| most).collect()),
    ];
    for (load, latencies) in loads {
        if latencies.is_empty() {
            return;
        }
        let of = |value: fn(&Latency) -> f64| Spread::of(latencies.iter().map(|latency| value(latency)));
        table.row([
            load.to_owned(),
            whole(of(|latency| latency.rate)),
            whole(of(|latency| latency.p50)),
            whole(of(|latency| latency.p99)),
            whole(of(|latency| latency.p999)),
        ]);
    }
    table.write(text, "From publishing to commit, in milliseconds, by PostgreSQL's record of commits");
}

fn costs(text: &mut String, results: &Results) {
    let mut table = Table::new(["", "messages a second", "microseconds a message"]);
    for (name, title) in [
        (EARLY, "everything but rollups, which have not begun"),
        (ARGOSY, "with rollups"),
        (PLAIN, "without TLS between broker and ingest"),
        (ALONE, "without Redis: each replica has a live tail of its own"),
        (SILENT, "without receipts"),
    ] {
        if !results.flows(name).is_empty() {
            let cost = results.cost(name, &SERVERS);
            table.row([title.to_owned(), whole(results.rate(name)), decimals(cost, 1)]);
        }
    }
    if table.rows.len() > 2 {
        table.write(text, "What costs what");
    }
}

fn queries(text: &mut String, results: &Results) {
    answered("Queries", text, &results.queries);
}

fn answered(title: &str, text: &mut String, queries: &[Answered]) {
    let mut table = Table::new(["", "rows", "API, ms", "psql, ms", "rows a second", "API's memory, MiB"]);
    for answer in queries {
        table.row([
            answer.question.clone(),
            thousands(answer.rows as f64),
            decimals(answer.api, 1),
            decimals(answer.psql, 1),
            thousands(answer.rows as f64 / answer.api.median * 1e3),
            mebibytes(answer.peak_bytes),
        ]);
    }
    table.write(text, title);
}

fn growth(text: &mut String, results: &Results) {
    let mut table = Table::new([
        "devices",
        "readings before",
        "messages a second",
        "p50, ms",
        "p99, ms",
        "ingest, MiB",
        "api, MiB",
    ]);
    let memory = |flow: &Flow, process: &str| {
        thousands(flow.processes.get(process).map_or(0.0, |used| used.peak_bytes as f64 / MIB))
    };
    for grown in &results.growth {
        table.row([
            thousands(f64::from(grown.devices)),
            thousands(grown.readings as f64),
            thousands(grown.flow.rate),
            thousands(grown.latency.p50),
            thousands(grown.latency.p99),
            memory(&grown.flow, "ingest"),
            memory(&grown.flow, "api"),
        ]);
    }
    table.write(text, "More devices, more readings; latency at half of the rate");
    for grown in results.growth.iter().filter(|grown| !grown.queries.is_empty()) {
        let title =
            format!("The same queries beside {} readings of others", thousands(grown.readings as f64));
        answered(&title, text, &grown.queries);
    }
}

fn readers(text: &mut String, results: &Results) {
    let mut table = Table::new([
        "readers",
        "each watches",
        "messages a second",
        "events a second",
        "missed",
        "p50, ms",
        "p99, ms",
        "api, cores",
        "api, MiB",
    ]);
    for watched in &results.readers {
        table.row([
            thousands(watched.readers as f64),
            watched.watches.clone(),
            thousands(watched.rate),
            thousands(watched.events),
            thousands(watched.missed as f64),
            thousands(watched.p50 as f64),
            thousands(watched.p99 as f64),
            format!("{:.2}", watched.cores),
            mebibytes(watched.peak_bytes),
        ]);
    }
    table.write(text, "Readers of the live tail, each over TLS of its own; from publishing to the reader");
}

fn pages(text: &mut String, results: &Results) {
    let mut table =
        Table::new(["page", "a second", "bytes", "webapp, cores", "api, cores", "PostgreSQL, cores"]);
    for loaded in &results.pages {
        table.row([
            loaded.page.clone(),
            thousands(loaded.rate),
            thousands(loaded.bytes as f64),
            format!("{:.2}", loaded.webapp_cores),
            format!("{:.2}", loaded.api_cores),
            format!("{:.2}", loaded.postgres_cores),
        ]);
    }
    table.write(text, "Pages, by eight connections on the same machine");
}

struct Table<const N: usize> {
    head: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    fn new(head: [&'static str; N]) -> Self {
        Self { head, rows: Vec::new() }
    }

    fn row(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    /// Unless it is empty.
    fn write(self, text: &mut String, title: &str) {
        if self.rows.is_empty() {
            return;
        }
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |");
        let _ = write!(
            text,
            "\n### {title}\n\n{}{}\n",
            line(&self.head.map(str::to_owned)),
            "|---".repeat(N) + "|"
        );
        for row in &self.rows {
            text.push_str(&line(row));
        }
    }
}

/// A median and its spread, without decimals.
fn whole(spread: Spread) -> String {
    show(spread, thousands)
}

fn decimals(spread: Spread, decimals: usize) -> String {
    show(spread, |value| format!("{value:.decimals$}"))
}

fn show<T: Display + PartialEq>(spread: Spread, text: impl Fn(f64) -> T) -> String {
    let (least, greatest) = (text(spread.least), text(spread.greatest));
    let median = text(spread.median);
    if least == greatest { median.to_string() } else { format!("{median} ({least} to {greatest})") }
}

fn mebibytes(bytes: u64) -> String {
    thousands(bytes as f64 / MIB)
}

/// Without decimals, in groups of three digits.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_easily() {
        assert_eq!(thousands(1_234_567.4), "1,234,567");
        assert_eq!(thousands(999.0), "999");
        assert_eq!(whole(Spread::of([1000.0, 2000.0, 4000.0])), "2,000 (1,000 to 4,000)");
        assert_eq!(decimals(Spread::of([1.0]), 1), "1.0");
    }

    #[test]
    fn what_was_not_measured_is_left_out() {
        let text = write(&Results::default());
        assert!(!text.contains("###"), "{text}");
    }
}
