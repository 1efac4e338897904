//! `argosy where`.

use std::io::Write as _;

use argosy_delivery::Delivery;

use super::options::WhereOptions;
use crate::json;

/// How times are told: to the minute, in UTC.
pub(super) const MINUTE: &str = "%Y-%m-%d %H:%M";

pub(super) async fn run(delivery: &Delivery, options: &WhereOptions) -> anyhow::Result<()> {
    let found = delivery.locate(&options.commit, options.service.as_deref()).await?;
    let mut out = std::io::stdout().lock();
    if options.json {
        return json::print(&mut out, &found);
    }
    for stay in &found.stays {
        let since = stay.since.format(MINUTE);
        let until = match stay.until {
            Some(until) => format!("until {}", until.format(MINUTE)),
            None => "and still".to_owned(),
        };
        writeln!(
            out,
            "{:10} {:12} since {since} {until:22} {} of {}",
            stay.environment,
            stay.service,
            stay.image,
            stay.source_commit.short()
        )?;
    }
    for (environment, service) in &found.never {
        writeln!(out, "{environment:10} {service:12} never")?;
    }
    eprintln!("{} as of {} (UTC)", found.commit.short(), found.head.short());
    Ok(())
}
