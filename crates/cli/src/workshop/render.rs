//! `argosy render`.

use std::{io::Write as _, process::ExitCode};

use argosy_delivery::Delivery;
use argosy_workshop::render;

use super::{found, options::RenderOptions};

pub(super) async fn run(delivery: &Delivery, options: &RenderOptions) -> anyhow::Result<ExitCode> {
    let rendered = render(delivery, options.env.as_deref(), options.check).await?;
    let mut out = std::io::stdout().lock();
    let is_stale = options.check && !rendered.changed.is_empty();
    if options.json {
        crate::json::print(&mut out, &rendered)?;
        return Ok(found(is_stale));
    }
    for line in &rendered.changed {
        eprintln!("{line}");
    }
    for environment in &rendered.environments {
        if options.env.is_some() {
            write!(out, "{}", environment.yaml)?;
        } else {
            writeln!(out, "{:12} {:4} objects", environment.name, environment.objects)?;
        }
    }
    if is_stale {
        eprintln!(
            "argosy: kustomize/ is not what the charts say: `argosy render` writes it, and you commit it"
        );
    }
    Ok(found(is_stale))
}
