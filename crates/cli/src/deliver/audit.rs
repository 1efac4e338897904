//! `argosy audit`.

use std::io::Write;

use anyhow::Context as _;
use argosy_delivery::{Audit, AuditRequest, Change, Delivery, Error};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::{locate::MINUTE, options::AuditOptions, wanted::what_runs};
use crate::json;

pub(super) async fn run(delivery: &Delivery, options: AuditOptions) -> anyhow::Result<()> {
    let request = AuditRequest {
        environment: options.env,
        at: options.at.as_deref().map(|text| time(text, true)).transpose()?,
        since: options.since.as_deref().map(|text| time(text, false)).transpose()?,
        fetch: options.fetch,
        follows: options.follows,
        now: Utc::now(),
    };
    let audit = delivery.audit(&request).await?;
    let mut out = std::io::stdout().lock();
    if let Some(path) = options.html {
        std::fs::write(&path, audit.to_html()?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        eprintln!("{} has {} changes of {}.", path.display(), audit.changes.len(), audit.environment);
    } else if options.csv {
        audit.write_csv(out)?;
    } else if options.json {
        json::print(&mut out, &audit)?;
    } else {
        print(&mut out, &audit)?;
    }
    Ok(())
}

/// A time, or a day's end or beginning in UTC.
fn time(text: &str, is_end: bool) -> Result<DateTime<Utc>, Error> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    let day: NaiveDate = text.parse().map_err(|_| Error::Date(text.to_owned()))?;
    let day = if is_end { day.checked_add_days(Days::new(1)) } else { Some(day) };
    let midnight = day.ok_or_else(|| Error::Date(text.to_owned()))?.and_time(NaiveTime::MIN).and_utc();
    Ok(if is_end { midnight - chrono::TimeDelta::seconds(1) } else { midnight })
}

fn print(out: &mut impl Write, audit: &Audit) -> std::io::Result<()> {
    let (since, until) = (audit.since.format(MINUTE), audit.until.format(MINUTE));
    writeln!(out, "{} from {since} to {until} (UTC), read at {}", audit.environment, audit.head.short())?;
    for notice in &audit.notices {
        writeln!(out, "! {notice}")?;
    }
    writeln!(out, "\nrunning")?;
    for running in &audit.running {
        writeln!(out, "  {}", what_runs(running))?;
    }
    writeln!(out, "\nchanges")?;
    for change in &audit.changes {
        print_change(out, change)?;
    }
    let measures = &audit.measures;
    writeln!(
        out,
        "\ndeployment frequency    {:.2} a day ({} in {:.1} days)",
        measures.deployments_per_day, measures.deployments, measures.days
    )?;
    writeln!(
        out,
        "lead time for changes   {} (median, from source commit to deployment)",
        measures.lead_time()
    )?;
    writeln!(out, "change failure rate     {} ({} taken back)", measures.failure_rate(), measures.failed)?;
    writeln!(
        out,
        "recovery time           {} (median, from such a deployment to its rollback)",
        measures.recovery()
    )
}

fn print_change(out: &mut impl Write, change: &Change) -> std::io::Result<()> {
    let at = change.at.format(MINUTE);
    let version =
        |image: &Option<argosy_delivery::Image>| image.as_ref().map_or("-".into(), ToString::to_string);
    let what = match &change.service {
        Some(service) if change.before.is_some() || change.after.is_some() => {
            format!("{service:12} {} -> {}", version(&change.before), version(&change.after))
        }
        Some(service) => service.to_string(),
        None => change.files.join(", "),
    };
    write!(out, "  {at}  {:13} {what}  by {}", change.kind, change.who)?;
    if let Some(source) = &change.source_commit {
        write!(out, "  of {}", source.short())?;
    }
    if !change.approved_by.is_empty() {
        write!(out, "  approved by {}", change.approved_by.join(", "))?;
    }
    if let Some(build) = &change.build {
        write!(out, "  {build}")?;
    }
    if let Some(why) = &change.why {
        write!(out, "  \"{why}\"")?;
    }
    writeln!(out)?;
    if let Some(why) = &change.despite_migrations {
        writeln!(out, "      despite migrations: \"{why}\"")?;
        for migration in &change.crossed_migrations {
            writeln!(out, "        {migration}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_day_ends_for_at_and_begins_for_since() {
        let text = |text: &str, is_end| time(text, is_end).map(|time| time.to_rfc3339());
        assert_eq!(text("2026-11-01", true).unwrap(), "2026-11-01T23:59:59+00:00");
        assert_eq!(text("2026-11-01", false).unwrap(), "2026-11-01T00:00:00+00:00");
        assert_eq!(text("2026-11-01T12:30:00+02:00", true).unwrap(), "2026-11-01T10:30:00+00:00");
        assert!(text("Tuesday", true).unwrap_err().to_string().contains("give 2026-11-01"));
    }
}
