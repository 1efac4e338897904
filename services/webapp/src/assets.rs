//! Scripts and styles, embedded in the binary, under names that change with their content.

use std::{collections::HashMap, sync::LazyLock};

use anyhow::Context as _;
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::RustEmbed;

/// What `npm run build` wrote.
#[derive(RustEmbed)]
#[folder = "assets/dist"]
struct Assets;

/// A name carries its content's hash, so what stands under it never changes.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

static MANIFEST: LazyLock<HashMap<String, String>> = LazyLock::new(|| read_manifest().unwrap_or_default());

fn read_manifest() -> anyhow::Result<HashMap<String, String>> {
    let manifest = Assets::get("manifest.json").context("the page assets are missing: run `make assets`")?;
    serde_json::from_slice(&manifest.data)
        .context("the page assets' manifest is not valid: run `make assets`")
}

/// Whether there are assets to serve.
pub(crate) fn check() -> anyhow::Result<()> {
    read_manifest().map(drop)
}

/// Where the asset of this name is served, such as `app.css`.
pub(crate) fn url(name: &str) -> String {
    let hashed = MANIFEST.get(name).map_or(name, String::as_str);
    format!("/assets/{hashed}")
}

/// `GET /assets/{name}`
pub(crate) async fn read_asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let takes_gzip = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| coding.split(';').next().is_some_and(|coding| coding.trim() == "gzip"));
    let packed = if takes_gzip { Assets::get(&format!("{name}.gz")) } else { None };
    let is_packed = packed.is_some();
    let Some(file) = packed.or_else(|| Assets::get(&name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, IMMUTABLE);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
