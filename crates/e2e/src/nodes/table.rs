//! What each part took.

use std::{
    fmt::{self, Display},
    time::Duration,
};

/// The control plane, or a node.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) name: String,
    /// Of what is there in the end.
    pub(super) version: Option<String>,
    /// How many pods were evicted.
    pub(super) evicted: Option<usize>,
    /// For how long budgets held a pod.
    pub(super) held: Option<Duration>,
    /// From the cordon to the last pod's end.
    pub(super) emptied: Option<Duration>,
    /// Until a replacement was ready.
    pub(super) replaced: Option<Duration>,
    /// Until every service had all its pods again.
    pub(super) settled: Option<Duration>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<Row>);

impl Table {
    /// One more.
    pub(super) fn push(&mut self, row: Row) {
        self.0.push(row);
    }
}

impl Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds =
            |time: Option<Duration>| time.map_or("-".into(), |time| format!("{:.1} s", time.as_secs_f64()));
        writeln!(
            formatter,
            "{:16} {:>8} {:>9} {:>9} {:>9} {:>9}  version",
            "", "evicted", "held", "emptied", "replaced", "settled"
        )?;
        for row in &self.0 {
            let evicted = row.evicted.map_or("-".into(), |count| count.to_string());
            writeln!(
                formatter,
                "{:16} {evicted:>8} {:>9} {:>9} {:>9} {:>9}  {}",
                row.name,
                seconds(row.held),
                seconds(row.emptied),
                seconds(row.replaced),
                seconds(row.settled),
                row.version.as_deref().unwrap_or("-")
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_done_has_no_time() {
        let mut table = Table::default();
        let row = Row {
            name: "a".into(),
            evicted: Some(3),
            emptied: Some(Duration::from_millis(1250)),
            ..Row::default()
        };
        table.push(row);
        let text = table.to_string();
        let line = text.lines().nth(1).unwrap();
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["a", "3", "-", "1.2", "s", "-", "-", "-"]);
    }
}
