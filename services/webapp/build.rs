//! Makes the page assets with Node.js where they are missing or older than their sources.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::SystemTime,
};

/// What the assets are made of.
const SOURCES: [&str; 5] =
    ["assets/js", "assets/css", "assets/icon.svg", "assets/build.js", "package-lock.json"];
/// Written last, so it tells of a whole build.
const MANIFEST: &str = "assets/dist/manifest.json";

fn main() -> ExitCode {
    for source in SOURCES.iter().chain([&MANIFEST]) {
        println!("cargo::rerun-if-changed={source}");
    }
    let newest = SOURCES.iter().filter_map(|source| newest(Path::new(source)).ok()).max();
    let built = fs::metadata(MANIFEST).and_then(|manifest| manifest.modified()).ok();
    if built.is_some() && built >= newest {
        return ExitCode::SUCCESS;
    }
    match npm(&["ci", "--no-audit", "--no-fund"]).and_then(|()| npm(&["run", "build"])) {
        Ok(()) => {
            // As old as its sources: Cargo runs this again where the manifest is newer than the beginning of this run.
            if let Some(newest) = newest
                && let Err(error) = date_manifest(newest)
            {
                println!("cargo::warning=The page assets will be made again: {error}");
            }
            ExitCode::SUCCESS
        }
        Err(problem) => {
            println!("cargo::error=The page assets cannot be built: {problem}");
            println!(
                "cargo::error=Install Node.js 18 or later with npm, or bring services/webapp/assets/dist from where `npm run build` ran."
            );
            ExitCode::FAILURE
        }
    }
}

/// When the file, or the newest file in the folder, was last changed.
fn newest(path: &Path) -> io::Result<SystemTime> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_dir() {
        return metadata.modified();
    }
    let mut latest = metadata.modified()?;
    for entry in fs::read_dir(path)? {
        latest = latest.max(newest(&entry?.path())?);
    }
    Ok(latest)
}

fn date_manifest(time: SystemTime) -> io::Result<()> {
    fs::File::options().append(true).open(MANIFEST)?.set_modified(time)
}

fn npm(arguments: &[&str]) -> Result<(), String> {
    let name = format!("npm {}", arguments.join(" "));
    let directory = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let output = Command::new("npm").args(arguments).current_dir(directory).output();
    let output = output.map_err(|error| format!("npm cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let telling: Vec<&str> =
        said.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("    at ")).collect();
    Err(format!("`{name}` failed: {}", telling[..telling.len().min(8)].join(" | ")))
}
