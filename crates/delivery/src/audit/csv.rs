//! The changes as a table for other programs (RFC 4180).

use std::io::Write;

use chrono::SecondsFormat;

use super::Audit;
use crate::{Error, overlay::Image};

const COLUMNS: [&str; 15] = [
    "at",
    "commit",
    "environment",
    "kind",
    "service",
    "before",
    "after",
    "who",
    "approved_by",
    "source_commit",
    "build",
    "why",
    "subject",
    "despite_migrations",
    "crossed_migrations",
];

impl Audit {
    /// Writes the changes, newest first, with a line of names.
    pub fn write_csv(&self, out: impl Write) -> Result<(), Error> {
        let mut writer = csv::Writer::from_writer(out);
        let fail = |error: csv::Error| Error::Report(error.to_string());
        writer.write_record(COLUMNS).map_err(fail)?;
        for change in &self.changes {
            writer
                .write_record([
                    change.at.to_rfc3339_opts(SecondsFormat::Secs, true),
                    change.commit.to_string(),
                    self.environment.to_string(),
                    change.kind.to_string(),
                    change.service.as_ref().map(ToString::to_string).unwrap_or_default(),
                    version(change.before.as_ref()),
                    version(change.after.as_ref()),
                    text(&change.who),
                    text(&change.approved_by.join("; ")),
                    change.source_commit.as_ref().map(ToString::to_string).unwrap_or_default(),
                    text(change.build.as_deref().unwrap_or_default()),
                    text(change.why.as_deref().unwrap_or_default()),
                    text(&change.subject),
                    text(change.despite_migrations.as_deref().unwrap_or_default()),
                    text(&change.crossed_migrations.join("; ")),
                ])
                .map_err(fail)?;
        }
        writer.flush().map_err(|error| Error::Report(error.to_string()))
    }
}

/// The whole digest, or what stood there instead.
fn version(image: Option<&Image>) -> String {
    image.map_or_else(String::new, |image| match &image.digest {
        Some(digest) => digest.to_string(),
        None => image.to_string(),
    })
}

/// What people wrote, so that a spreadsheet does not take it for a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_formula_is_text() {
        assert_eq!(text("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(text("Deploy api"), "Deploy api");
    }
}
