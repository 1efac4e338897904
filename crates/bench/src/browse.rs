//! `argosy-bench browse`: somebody who loads a page again and again, over several connections.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::Context as _;
use futures::future::try_join_all;
use reqwest::header::{COOKIE, HeaderMap, HeaderValue};

use crate::{clients::tell, https};

/// What to load.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct BrowseOptions {
    /// Address of the page
    #[arg(long)]
    page: String,
    /// PEM file of the authority to trust
    #[arg(long)]
    ca: PathBuf,
    /// File of the cookies
    #[arg(long)]
    cookies: PathBuf,
    /// Connections
    #[arg(long)]
    connections: usize,
}

/// Loads until stdin ends, and tells on stdout how many pages came, and their bytes.
pub(crate) async fn run(options: BrowseOptions) -> anyhow::Result<()> {
    let cookies = std::fs::read_to_string(&options.cookies).context("there are no cookies")?;
    let mut value = HeaderValue::from_str(cookies.trim())?;
    value.set_sensitive(true);
    let headers = HeaderMap::from_iter([(COOKIE, value)]);
    let (pages, bytes) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let load = async || -> anyhow::Result<()> {
        let client = https::client(&options.ca, headers.clone())?;
        loop {
            let size = https::get(&client, &options.page, "text/html").await?;
            pages.fetch_add(1, Ordering::Relaxed);
            bytes.fetch_add(size, Ordering::Relaxed);
        }
    };
    tokio::select! {
        loaded = try_join_all((0..options.connections).map(|_| load())) => loaded.map(drop),
        () = tell(|| format!("{} {}", pages.load(Ordering::Relaxed), bytes.load(Ordering::Relaxed)), |_| ()) => Ok(()),
    }
}
