//! `argosy doctor --kubernetes`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use argosy_delivery::Delivery;
use argosy_workshop::upgrade::{Loss, Subject, Upgrade, examine};

use crate::workshop::{found, options::DoctorOptions};

pub(super) async fn run(
    delivery: &Delivery,
    kubernetes: &str,
    options: &DoctorOptions,
) -> anyhow::Result<ExitCode> {
    let upgrade = examine(delivery, kubernetes, options.from.as_deref(), options.env.as_deref()).await?;
    let mut out = io::stdout().lock();
    if options.json {
        crate::json::print(&mut out, &upgrade)?;
    } else {
        print(&mut out, &upgrade)?;
    }
    Ok(found(upgrade.in_the_way().next().is_some()))
}

fn print(out: &mut impl Write, upgrade: &Upgrade) -> io::Result<()> {
    let Upgrade { kubernetes, from, environments, objects, charts, addons, notices, table_checked, .. } =
        upgrade;
    let from = from.map(|from| format!("{from} -> ")).unwrap_or_default();
    writeln!(out, "Kubernetes {from}{kubernetes}")?;
    let names: Vec<String> = environments.iter().map(ToString::to_string).collect();
    writeln!(
        out,
        "looked at: {objects} objects of {} and of gitops/; {} charts; {}",
        names.join(", "),
        charts.len(),
        addons.join(", ")
    )?;
    let of = |subject: Subject| upgrade.in_the_way().filter(move |loss| loss.about == subject);
    section(out, &format!("Gone in {kubernetes}"), of(Subject::Api))?;
    section(out, &format!("Charts that refuse {kubernetes}"), of(Subject::Chart))?;
    section(out, &format!("Add-ons that are not known to work with {kubernetes}"), of(Subject::Addon))?;
    section(out, &format!("Goes later, and {kubernetes} warns of it"), upgrade.later())?;
    if !notices.is_empty() {
        writeln!(out, "\nWhat no manifest shows")?;
    }
    for notice in notices {
        writeln!(out, "  {}: {} ({})", notice.version, notice.what, notice.source)?;
    }
    let (now, later) = (upgrade.in_the_way().count(), upgrade.later().count());
    writeln!(out, "\n{now} in the way, {later} later; the table is as of {table_checked}.")
}

fn section<'a>(out: &mut impl Write, title: &str, losses: impl Iterator<Item = &'a Loss>) -> io::Result<()> {
    let mut losses = losses.peekable();
    if losses.peek().is_some() {
        writeln!(out, "\n{title}")?;
    }
    for Loss { environments, file, what, mend, source, .. } in losses {
        let names: Vec<String> = environments.iter().map(ToString::to_string).collect();
        let whose = if names.is_empty() { String::new() } else { format!(", in {}", names.join(", ")) };
        let source = source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
        writeln!(out, "  {file}: {what}{whose}{source}\n    -> {mend}")?;
    }
    Ok(())
}
