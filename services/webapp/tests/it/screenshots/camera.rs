//! Takes pictures of whole pages.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::shots::Shot;
use crate::browser::{Tab, Theme};

/// A name's beginning: only pictures of such names are taken.
const ONLY: &str = "ARGOSY_SCREENSHOTS";
/// How high a screen is at least, by its width.
const HEIGHTS: [(u32, u32); 3] = [(360, 740), (768, 1024), (1440, 900)];
/// The highest picture; longer pages are cut.
const HIGHEST: u64 = 3_000;
/// For what streams in, and what fades.
const SETTLE: Duration = Duration::from_millis(500);
const STREAM: Duration = Duration::from_secs(3);

/// A camera before the browser.
pub(super) struct Camera<'t> {
    tab: &'t Tab,
    pub(super) folder: PathBuf,
    pub(super) count: usize,
    only: String,
}

impl<'t> Camera<'t> {
    /// A camera that keeps its pictures in target/screenshots.
    pub(super) fn new(tab: &'t Tab) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        Self { tab, folder, count: 0, only: std::env::var(ONLY).unwrap_or_default() }
    }

    pub(super) async fn take(&mut self, shots: &[Shot<'_>], theme: Theme, width: u32) {
        for shot in shots {
            self.take_one(*shot, theme, width).await;
        }
    }

    pub(super) async fn take_one(&mut self, (name, path, script): Shot<'_>, theme: Theme, width: u32) {
        if !name.starts_with(&self.only) {
            return;
        }
        let lowest = HEIGHTS.iter().find(|height| height.0 == width).map_or(900, |height| height.1);
        self.tab.size(width, lowest).await;
        self.tab.goto(path).await;
        self.tab.script(script).await;
        tokio::time::sleep(if name.starts_with("live") { STREAM } else { SETTLE }).await;
        let height = self.tab.script("return document.scrollingElement.scrollHeight").await;
        let height = height.as_u64().unwrap().clamp(lowest.into(), HIGHEST);
        self.tab.size(width, u32::try_from(height).unwrap()).await;
        tokio::time::sleep(SETTLE).await;
        let picture = self.tab.command("Page.captureScreenshot", json!({"format": "png"})).await;
        let picture = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        let file = format!("{name}-{width}-{}.png", theme.as_str());
        std::fs::write(self.folder.join(file), picture).unwrap();
        self.count += 1;
    }
}
