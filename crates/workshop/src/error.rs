//! What can go wrong, and what to do then.

use std::path::PathBuf;

/// Why something was not done. Each says what, why, and what to try.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that a service cannot have.
    #[error("'{name}' cannot be a name: {why}. Take one such as billing, or fleet-2")]
    Name {
        /// The name.
        name: String,
        /// The rule that it breaks.
        why: &'static str,
    },
    /// A description that cannot stand in all the files that it is to stand in.
    #[error("the description {why}: it stands in TOML, YAML, Rust and a table. Take one plain sentence")]
    Description {
        /// The rule that it breaks.
        why: &'static str,
    },
    /// A name that something has already.
    #[error("there is '{name}' already: {place}. Take another name")]
    Taken {
        /// The name.
        name: String,
        /// Where.
        place: String,
    },
    /// Changes that are in no commit.
    #[error(
        "{count} files have changes that are in no commit, such as {example}: commit them first, so that what is made here can be told from them and taken back, or give --allow-dirty"
    )]
    Dirty {
        /// How many.
        count: usize,
        /// One of them.
        example: String,
    },
    /// A repository that is built otherwise.
    #[error(
        "this repository is not of the shape that the template is for: {missing}. docs/new-service.md says what has to be there"
    )]
    OtherShape {
        /// What is not there.
        missing: String,
    },
    /// A file without the list that an entry belongs into.
    #[error("{file} cannot be edited: {why}. Mend it, or add the entry by hand: {entry}")]
    Edit {
        /// Which file.
        file: String,
        /// What was looked for.
        why: String,
        /// What belongs there.
        entry: String,
    },
    /// A list of checks that cannot be understood.
    #[error("checks.toml: {says}")]
    Checks {
        /// What is wrong with it.
        says: String,
    },
    /// A check that is not in the list.
    #[error("there is no check '{name}'; there are {known}")]
    UnknownCheck {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A template that cannot be filled in; a mistake of this program.
    #[error("the template {file} cannot be filled in: {source}")]
    Template {
        /// Which.
        file: String,
        /// Why.
        source: minijinja::Error,
    },
    /// A file that cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A version of Kubernetes that there is not, or that is not the next one.
    #[error("{why}")]
    Kubernetes {
        /// The whole sentence.
        why: String,
    },
    /// A file of the repository that cannot be understood.
    #[error("{file}: {says}")]
    Unreadable {
        /// Which.
        file: String,
        /// What is wrong with it.
        says: String,
    },
    /// A program that did not do what it was asked for.
    #[error("`{command}` failed: {says}\n{hint}")]
    Program {
        /// The program and its arguments.
        command: String,
        /// Its words.
        says: String,
        /// What to do then.
        hint: &'static str,
    },
    /// Git, or `argosy.toml`.
    #[error(transparent)]
    Delivery(#[from] argosy_delivery::Error),
}

impl Error {
    /// Whether it was refused by a rule, rather than failed.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Name { .. }
                | Self::Description { .. }
                | Self::Taken { .. }
                | Self::Dirty { .. }
                | Self::Kubernetes { .. }
                | Self::OtherShape { .. }
        )
    }

    /// For `map_err`: what of a file went wrong.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
