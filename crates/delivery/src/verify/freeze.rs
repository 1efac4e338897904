//! The gate `freeze`: whether this is a time at which nothing comes in.

use chrono::{DateTime, Datelike as _, Utc};

use super::{Outcome, Verdict};
use crate::Freeze;

/// Looks at the calendar, in UTC.
pub(super) fn judge(windows: &[Freeze], now: DateTime<Utc>) -> Verdict {
    let today = now.date_naive();
    for window in windows {
        let (until, why) = match window {
            Freeze::Dates { from, to, why } if (from..=to).contains(&&today) => (format!("until {to}"), why),
            Freeze::Days { days, why } if days.contains(&today.weekday()) => {
                (format!("each {}", today.weekday()), why)
            }
            Freeze::Dates { .. } | Freeze::Days { .. } => continue,
        };
        let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        return (Outcome::Fail, format!("nothing comes in {until}{why}"));
    }
    (Outcome::Pass, format!("{} {today} is in no window", today.weekday()))
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    #[test]
    fn both_ends_of_a_window_are_in_it() {
        let windows = [
            Freeze::Days { days: vec![Weekday::Sun], why: None },
            Freeze::Dates {
                from: "2026-12-21".parse().unwrap(),
                to: "2027-01-05".parse().unwrap(),
                why: Some("holidays".into()),
            },
        ];
        for (now, outcome, says) in [
            ("2026-12-19T23:59:59Z", Outcome::Pass, "Sat 2026-12-19 is in no window"),
            ("2026-12-20T00:00:00Z", Outcome::Fail, "nothing comes in each Sun"),
            ("2026-12-21T00:00:00Z", Outcome::Fail, "nothing comes in until 2027-01-05: holidays"),
            ("2027-01-05T23:59:59Z", Outcome::Fail, "until 2027-01-05"),
            ("2027-01-06T00:00:00Z", Outcome::Pass, "Wed"),
        ] {
            let (found, evidence) = judge(&windows, now.parse().unwrap());
            assert!(found == outcome && evidence.contains(says), "{now}: {evidence}");
        }
    }
}
