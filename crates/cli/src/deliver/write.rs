//! `argosy image set`, `rollback` and `release`.

use std::{collections::BTreeMap, io::Write, path::Path};

use anyhow::{Context as _, ensure};
use argosy_delivery::{
    Delivery, Digest, EnvironmentName, ImageSet, Release, Rollback, Written, WrittenChange, WrittenLine,
};
use chrono::Utc;

use super::options::{ReleaseOptions, RollbackOptions, ServiceOptions, SetOptions, Telling};
use crate::json;

pub(super) async fn set(delivery: &Delivery, options: SetOptions) -> anyhow::Result<()> {
    let telling = options.telling;
    let images = match &options.from {
        Some(file) => images_of(file)?,
        None => options.images,
    };
    let written = delivery
        .set_images(&ImageSet {
            environment: options.env,
            images,
            source_commit: Some(options.commit),
            build: options.build,
            actor: options.actor,
            registry: options.registry,
            is_dry_run: telling.dry_run,
        })
        .await?;
    tell(&written, telling, "has that digest already")
}

/// The digests that a file has, by service.
fn images_of(file: &Path) -> anyhow::Result<Vec<(String, Digest)>> {
    let path = file.display();
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{path} cannot be read: `make images` writes target/images.json"))?;
    let images: BTreeMap<String, Digest> = serde_json::from_str(&text)
        .with_context(|| format!(r#"{path} has no digests by service, such as {{"api": "sha256:..."}}"#))?;
    ensure!(!images.is_empty(), "{path} names no image: `make images` writes them");
    Ok(images.into_iter().collect())
}

pub(super) async fn rollback(delivery: &Delivery, options: RollbackOptions) -> anyhow::Result<()> {
    let RollbackOptions {
        of: ServiceOptions { env: environment, service, why, actor, telling },
        to,
        despite_migrations,
    } = options;
    let (now, is_dry_run) = (Utc::now(), telling.dry_run);
    let back = Rollback { environment, service, to, why, despite_migrations, actor, now, is_dry_run };
    let written = delivery.rollback(&back).await?;
    tell(&written, telling, "runs that already")?;
    if !telling.json && !telling.dry_run {
        eprintln!("It is held there until `argosy release {} --service {}`.", back.environment, back.service);
    }
    Ok(())
}

pub(super) async fn release(delivery: &Delivery, options: ReleaseOptions) -> anyhow::Result<()> {
    let ServiceOptions { env: environment, service, why, actor, telling } = options.of;
    let release = Release { environment, service, why, actor, is_dry_run: telling.dry_run };
    tell(&delivery.release(&release).await?, telling, "is not held")
}

/// Prints what was written on stdout, or would be.
fn tell(written: &Written, telling: Telling, is_unchanged: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if telling.json {
        return json::print(&mut out, written).context("stdout cannot be written");
    }
    let environment = &written.environment;
    for service in &written.unchanged {
        writeln!(out, "{environment} {service:12} {is_unchanged}")?;
    }
    print_changes(&mut out, environment, &written.changes)?;
    if telling.dry_run {
        print_lines(&mut out, &written.lines)?;
        if let Some(message) = &written.message {
            writeln!(out, "\n{message}")?;
        }
    }
    match &written.commit {
        Some(commit) => eprintln!("Pushed {} to {}{}.", commit.short(), written.branch, tries(written.tries)),
        None if telling.dry_run => eprintln!("Nothing is written: --dry-run."),
        None => eprintln!("Nothing to do."),
    }
    Ok(())
}

/// Prints what an environment runs, and would.
pub(super) fn print_changes(
    out: &mut impl Write,
    environment: &EnvironmentName,
    changes: &[WrittenChange],
) -> std::io::Result<()> {
    for change in changes {
        let (before, after) = (change.before.short(), change.after.short());
        writeln!(out, "{environment} {:12} {before} -> {after}", change.service)?;
    }
    Ok(())
}

/// Prints the lines of files that change.
pub(super) fn print_lines(out: &mut impl Write, lines: &[WrittenLine]) -> std::io::Result<()> {
    for line in lines {
        for (sign, text) in [('-', &line.before), ('+', &line.after)] {
            if let Some(text) = text {
                writeln!(out, "{sign} {}: {text}", line.file)?;
            }
        }
    }
    Ok(())
}

fn tries(tries: usize) -> String {
    if tries > 1 {
        format!(" after {tries} tries, since others pushed at the same time")
    } else {
        String::new()
    }
}
