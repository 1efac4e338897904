//! `argosy logs`: the log of a part.

use std::{
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    time::Duration,
};

use anyhow::bail;

use crate::folder::Folder;

/// Lines shown of what there is.
const LINES: usize = 200;
/// How often a log is looked at that is followed.
const INTERVAL: Duration = Duration::from_millis(200);

/// Prints the end of a part's log, and what follows.
pub(crate) async fn print(folder: &Folder, part: &str, follow: bool) -> anyhow::Result<()> {
    let path = find(folder, part)?;
    let mut out = std::io::stdout().lock();
    let text = std::fs::read(&path)?;
    let mut file = std::fs::File::open(&path)?;
    let mut position = file.seek(SeekFrom::Start(text.len() as u64))?;
    let skipped = text.iter().rev().enumerate().filter(|(_, byte)| **byte == b'\n').nth(LINES);
    out.write_all(&text[skipped.map_or(0, |(back, _)| text.len() - back)..])?;
    if !follow {
        return Ok(());
    }
    loop {
        out.flush()?;
        tokio::time::sleep(INTERVAL).await;
        if std::fs::metadata(&path)?.len() < position {
            position = file.seek(SeekFrom::Start(0))?;
        }
        let mut more = Vec::new();
        position += file.read_to_end(&mut more)? as u64;
        out.write_all(&more)?;
    }
}

fn find(folder: &Folder, part: &str) -> anyhow::Result<PathBuf> {
    let state = folder.read_state()?;
    let known = state
        .iter()
        .flat_map(|state| &state.parts)
        .find(|known| known.name == part)
        .map(|known| known.log.clone());
    let is_word = part.bytes().all(|byte| byte.is_ascii_lowercase());
    // What has stopped can still be read.
    match known.or_else(|| is_word.then(|| folder.log(part))).filter(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!(
            "there is no log of '{part}': parts are postgres, redis, broker, api, ingest, webapp, simulator and argosy"
        ),
    }
}
