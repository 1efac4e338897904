//! `argosy new`.

use std::{fs, io::Write as _, path::Path, process::ExitCode};

use anyhow::Context as _;
use argosy_delivery::Delivery;
use argosy_workshop::{Done, NewApplication, NewService, Plan, Template, default_folder};

use super::options::{NewApplicationOptions, NewServiceOptions, TemplateName, name};

pub(super) async fn service(delivery: &Delivery, options: NewServiceOptions) -> anyhow::Result<ExitCode> {
    let service = NewService {
        name: name(&options.name)?,
        template: match options.template {
            TemplateName::Axum => Template::Axum,
        },
        description: options.description,
        allow_dirty: options.allow_dirty,
    };
    let plan = service.plan(delivery).await?;
    if !options.dry_run {
        carry_out(&plan, delivery.repository().root()).await?;
    }
    if options.json {
        let mut out = std::io::stdout().lock();
        crate::json::print(&mut out, &Done { plan, is_dry_run: options.dry_run })?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&plan, options.dry_run)?;
    if options.dry_run {
        eprintln!("Nothing is written.");
    } else {
        eprintln!(
            "Look at it with `git status`, try `argosy check`, and commit. docs/new-service.md says what comes then."
        );
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn application(
    delivery: &Delivery,
    options: NewApplicationOptions,
) -> anyhow::Result<ExitCode> {
    let new = name(&options.name)?;
    let into = options.into.unwrap_or_else(|| default_folder(delivery.repository().root(), &new));
    let application = NewApplication {
        name: new,
        service: name(&options.service)?,
        description: options.description,
        into: into.clone(),
        registry: options.registry,
        repository: options.repository,
    };
    let platform = match &options.platform {
        Some(folder) => Some(Delivery::open(folder).await?),
        None => None,
    };
    let plan = application.plan(delivery, platform.as_ref()).await?;
    if !options.dry_run {
        fs::create_dir_all(&into).with_context(|| format!("{} cannot be made", into.display()))?;
        carry_out(&plan.own, &into).await?;
        if let (Some(platform), Some(plan)) = (&platform, &plan.platform) {
            carry_out(plan, platform.repository().root()).await?;
        }
    }
    if options.json {
        let mut out = std::io::stdout().lock();
        let done: Vec<Done> = std::iter::once(plan.own)
            .chain(plan.platform)
            .map(|plan| Done { plan, is_dry_run: options.dry_run })
            .collect();
        crate::json::print(&mut out, &done)?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&plan.own, options.dry_run)?;
    if let Some(platform) = &plan.platform {
        print(platform, options.dry_run)?;
    }
    if options.dry_run {
        eprintln!("Nothing is written.");
    } else {
        eprintln!(
            "{} is a repository with one commit: give it a remote, and push. Its README.md says what comes then.",
            into.display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(plan: &Plan, root: &Path) -> Result<(), argosy_workshop::Error> {
    plan.carry_out(root, |step| eprintln!("{}: it {}", step.command.join(" "), step.why)).await
}

fn print(plan: &Plan, is_dry_run: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for write in &plan.writes {
        writeln!(out, "new     {}", write.path)?;
    }
    for edit in &plan.edits {
        writeln!(out, "edit    {}: {}", edit.path, edit.entry)?;
    }
    if is_dry_run {
        for step in &plan.steps {
            writeln!(out, "run     {}: it {}", step.command.join(" "), step.why)?;
        }
    }
    Ok(())
}
