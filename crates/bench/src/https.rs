//! Requests that cost as little as possible: their answers are read and thrown away.

use std::path::Path;

use anyhow::{Context as _, bail};
use futures::StreamExt as _;
use reqwest::{
    Certificate, Client, Response,
    header::{self, HeaderMap},
};
use serde::Deserialize;

/// A client that trusts this authority and sends these headers.
pub(crate) fn client(ca_file: &Path, headers: HeaderMap) -> anyhow::Result<Client> {
    // An error says that the process has a provider already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ca = std::fs::read(ca_file).with_context(|| format!("cannot read {}", ca_file.display()))?;
    let client = Client::builder()
        .tls_certs_only(Certificate::from_pem_bundle(&ca)?)
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .default_headers(headers);
    Ok(client.build()?)
}

/// Asks for this media type, and gives the size of the answer in bytes.
pub(crate) async fn get(client: &Client, url: &str, media_type: &str) -> anyhow::Result<u64> {
    let answer = send(client, url, media_type).await?;
    let mut body = answer.bytes_stream();
    let mut bytes = 0;
    while let Some(chunk) = body.next().await {
        bytes += chunk?.len() as u64;
    }
    Ok(bytes)
}

/// Asks for all pages of a list, and gives their size in bytes.
pub(crate) async fn get_pages(client: &Client, url: &str) -> anyhow::Result<u64> {
    #[derive(Deserialize)]
    struct Page {
        next_cursor: Option<String>,
    }
    let (mut bytes, mut next) = (0, url.to_owned());
    loop {
        let page = send(client, &next, "application/json").await?.bytes().await?;
        bytes += page.len() as u64;
        match serde_json::from_slice::<Page>(&page)?.next_cursor {
            Some(cursor) => next = format!("{url}&cursor={cursor}"),
            None => return Ok(bytes),
        }
    }
}

async fn send(client: &Client, url: &str, media_type: &str) -> anyhow::Result<Response> {
    let answer = client.get(url).header(header::ACCEPT, media_type).send().await?;
    if !answer.status().is_success() {
        bail!("{url}: {} {}", answer.status(), answer.text().await?);
    }
    Ok(answer)
}
