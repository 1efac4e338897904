//! The entries under `images:` of a kustomization, each with its place in the text, so that a digest can be exchanged and every
//! other byte kept: comments, quotes, order.

use std::ops::Range;

use saphyr::{LoadableYamlNode as _, MarkedYaml};

use super::Image;
use crate::{Digest, Error};

/// The entries of a kustomization, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries(Vec<Entry>);

/// An entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The name that it is for.
    pub(crate) name: String,
    /// Its line in the file, from 1.
    pub(crate) line: usize,
    is_flow: bool,
    name_value: Range<usize>,
    /// The column of its keys, where each has a line.
    column: usize,
    digest: Option<Value>,
    new_name: Option<Value>,
    new_tag: Option<Value>,
}

/// A value, and its place in bytes, with quotes.
#[derive(Debug, Clone)]
struct Value {
    text: String,
    place: Range<usize>,
}

impl Entries {
    /// Reads a kustomization.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Error> {
        let fail = |reason: String| Error::Overlay { file: path.to_owned(), reason };
        let documents = MarkedYaml::load_from_str(text).map_err(|error| fail(error.to_string()))?;
        let document = match &documents[..] {
            [] => return Ok(Self::default()),
            [one] => one,
            _ => return Err(fail("it has two documents, Kustomize reads one".into())),
        };
        let Some(images) = document.data.as_mapping_get("images") else { return Ok(Self::default()) };
        let Some(images) = images.data.as_sequence() else {
            return Err(fail("`images` is no list".into()));
        };
        let places = Places::of(text);
        let entries = images.iter().map(|node| entry(node, &places, text).map_err(&fail));
        entries.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }
}

impl Entry {
    /// What it says about the image.
    pub(crate) fn image(&self) -> Image {
        Image {
            digest: self.digest.as_ref().and_then(|digest| digest.text.parse().ok()),
            tag: self.new_tag.as_ref().map(|tag| tag.text.clone()),
            new_name: self.new_name().map(str::to_owned),
        }
    }

    /// Where it is pulled from, where that is said.
    pub(crate) fn new_name(&self) -> Option<&str> {
        self.new_name.as_ref().map(|value| value.text.as_str())
    }

    /// What stands where the digest should.
    pub(crate) fn digest_text(&self) -> Option<&str> {
        self.digest.as_ref().map(|value| value.text.as_str())
    }
}

/// The text with another digest in an entry, and another place to pull from where one is given.
pub(crate) fn replace(text: &str, entry: &Entry, digest: &Digest, new_name: Option<&str>) -> String {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    if let Some(value) = &entry.digest {
        edits.push((value.place.clone(), in_quotes_of(&text[value.place.clone()], digest.as_str())));
    }
    match (new_name, &entry.new_name) {
        (None, _) => {}
        (Some(name), Some(value)) => {
            edits.push((value.place.clone(), in_quotes_of(&text[value.place.clone()], name)));
        }
        (Some(name), None) => {
            let end = entry.name_value.end;
            let separator = if entry.is_flow {
                ", ".to_owned()
            } else {
                let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
                format!("{line_break}{}", " ".repeat(entry.column))
            };
            edits.push((end..end, format!("{separator}newName: {name}")));
        }
    }
    // From the end, so that places before stay where they are.
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    let mut text = text.to_owned();
    for (place, value) in edits {
        text.replace_range(place, &value);
    }
    text
}

/// The value that a text begins with, in its quotes. The parser's own span goes on to a comment behind it.
fn written(text: &str) -> &str {
    let end = match text.as_bytes().first() {
        Some(b'"') => text[1..].find('"').map(|end| end + 2),
        Some(b'\'') => text[1..].find('\'').map(|end| end + 2),
        _ => text.find([' ', ',', '}', ']', '\r', '\n']),
    };
    &text[..end.unwrap_or(text.len())]
}

/// A value in the quotes that the one before had.
fn in_quotes_of(before: &str, value: &str) -> String {
    match before.as_bytes().first() {
        Some(&quote @ (b'"' | b'\'')) => format!("{0}{value}{0}", char::from(quote)),
        _ => value.to_owned(),
    }
}

fn entry(node: &MarkedYaml<'_>, places: &Places, text: &str) -> Result<Entry, String> {
    let line = node.span.start.line();
    let mapping =
        node.data.as_mapping().ok_or_else(|| format!("line {line}: an image is a name and a digest"))?;
    let value = |key: &str| -> Result<Option<Value>, String> {
        let Some(node) = node.data.as_mapping_get(key) else { return Ok(None) };
        let start = places.byte(node.span.start.index());
        let written = written(&text[start..]);
        let value = node.data.as_str().unwrap_or(written).to_owned();
        // Whatever is written otherwise, over several lines or with escapes, could not be exchanged in place.
        if written.trim_matches(['"', '\'']) != value {
            return Err(format!("line {line}: `{key}` is no plain text"));
        }
        let place = start..start + written.len();
        Ok(Some(Value { text: value, place }))
    };
    let name = value("name")?.ok_or_else(|| format!("line {line}: an image has no `name`"))?;
    let column = mapping.keys().next().map_or(0, |key| key.span.start.col());
    Ok(Entry {
        line,
        is_flow: text[places.byte(node.span.start.index())..].starts_with('{'),
        name: name.text,
        name_value: name.place,
        column,
        digest: value("digest")?,
        new_name: value("newName")?,
        new_tag: value("newTag")?,
    })
}

/// Where each character begins: the parser counts characters, text is bytes.
struct Places {
    /// None where each character is one byte.
    starts: Option<Vec<usize>>,
    length: usize,
}

impl Places {
    fn of(text: &str) -> Self {
        let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(byte, _)| byte).collect());
        Self { starts, length: text.len() }
    }

    fn byte(&self, character: usize) -> usize {
        match &self.starts {
            None => character.min(self.length),
            Some(starts) => starts.get(character).copied().unwrap_or(self.length),
        }
    }
}
