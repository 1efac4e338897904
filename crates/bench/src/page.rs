//! The tables of a run, written into a page between two marks; the rest of the page is people's.

mod tables;

use std::{
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use crate::{chart, results::Results};
pub(crate) use tables::thousands;

const BEGIN: &str = "<!-- begin: written by `make bench`, not by hand -->";
const END: &str = "<!-- end: written by `make bench`, not by hand -->";

/// Which results, and which page.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PageOptions {
    /// What `run` wrote to stdout; of several, each part is taken from the last that has it
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// The page
    #[arg(long, default_value = "docs/benchmarks.md")]
    page: PathBuf,
}

/// Writes a page again from what was measured before.
pub(crate) fn run(options: &PageOptions) -> anyhow::Result<()> {
    let mut results = Results::default();
    for path in &options.results {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        results.take(serde_json::from_reader(BufReader::new(file))?);
    }
    write(&results, &options.page)
}

/// Writes tables and chart; the chart lies beside the page, under the same name.
pub(crate) fn write(results: &Results, page: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let chart = page.with_extension("svg");
    fs::write(&chart, chart::draw(results))?;
    let name = chart.file_name().unwrap_or_default().to_string_lossy();
    let measured = format!("\n![Messages a second]({name})\n\n{}\n", tables::write(results).trim_end());
    fs::write(page, replace(&text, &measured)?)?;
    Ok(())
}

/// The page with something else between the marks.
fn replace(text: &str, measured: &str) -> anyhow::Result<String> {
    let parts = text.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let Some((head, tail)) = parts else { bail!("the page has no lines '{BEGIN}' and '{END}'") };
    Ok(format!("{head}{BEGIN}\n{measured}\n{END}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays() {
        let page = format!("# Title\n\n{BEGIN}\nold\n{END}\n\nMore.\n");
        let new = replace(&page, "new").unwrap();
        assert_eq!(new, format!("# Title\n\n{BEGIN}\nnew\n{END}\n\nMore.\n"));
        assert_eq!(replace(&new, "new").unwrap(), new);
        assert!(replace("# Title\n", "new").is_err());
    }
}
