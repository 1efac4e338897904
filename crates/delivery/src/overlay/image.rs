//! What an overlay says about an image.

use std::fmt;

use serde::Serialize;

use crate::Digest;

/// An image as an overlay names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// What it is; none where somebody wrote a tag, or nothing.
    pub digest: Option<Digest>,
    /// A tag, which what runs must not depend on.
    pub tag: Option<String>,
    /// Where it is pulled from, where that is not its name.
    pub new_name: Option<String>,
}

impl Image {
    /// Whether nothing was ever delivered here.
    pub fn is_placeholder(&self) -> bool {
        self.digest.as_ref().is_some_and(Digest::is_placeholder)
    }
}

impl fmt::Display for Image {
    /// The digest's first digits, or the tag.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.digest, &self.tag) {
            (Some(digest), _) if digest.is_placeholder() => formatter.write_str("none yet"),
            (Some(digest), _) => formatter.write_str(digest.short()),
            (None, Some(tag)) => write!(formatter, "tag {tag}"),
            (None, None) => formatter.write_str("no digest"),
        }
    }
}
