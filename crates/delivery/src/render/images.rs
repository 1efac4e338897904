//! Kustomize's image transformer, for objects that are rendered already: the same fields, the same matching, the same result.
//!
//! After `filters/imagetag` and `internal/image` of Kustomize 5.8 (<https://github.com/kubernetes-sigs/kustomize>). Kustomize visits every
//! object once for each image; here each field is visited once. Whatever Kustomize could take otherwise than this is `None`: then it is for
//! Kustomize to say.

use regex::Regex;
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde::Deserialize;
use serde_json::Value;

/// Whose lists' elements have an image, wherever they stand.
const LISTS: [&str; 2] = ["containers", "initContainers"];

/// Where an image stands besides, lists not counted.
const FIELDS: [&[&str]; 6] = [
    &["spec", "containers", "image"],
    &["spec", "initContainers", "image"],
    &["spec", "volumes", "image", "reference"],
    &["spec", "template", "spec", "containers", "image"],
    &["spec", "template", "spec", "initContainers", "image"],
    &["spec", "template", "spec", "volumes", "image", "reference"],
];

/// What YAML 1.1, which Kustomize reads, takes for something else than text.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// The entries under `images:` of a kustomization, in their order.
#[derive(Debug)]
pub(super) struct Images(Vec<Image>);

#[derive(Debug)]
struct Image {
    pattern: Regex,
    entry: Entry,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    new_name: String,
    #[serde(default)]
    new_tag: String,
    #[serde(default)]
    digest: String,
}

impl Images {
    /// Reads what stands under `images:`.
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let entries: Vec<Entry> = serde_json::from_value(value.clone()).ok()?;
        entries.into_iter().map(Image::of).collect::<Option<_>>().map(Self)
    }

    /// Sets the images of an object.
    pub(super) fn set(&self, object: &mut Value) -> Option<()> {
        if object["kind"] == "CustomResourceDefinition" {
            return Some(());
        }
        self.walk(object, &mut Vec::new(), false)
    }

    fn walk(&self, value: &mut Value, path: &mut Vec<String>, is_element: bool) -> Option<()> {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    path.push(name.clone());
                    let is_field = FIELDS.iter().any(|field| field.iter().eq(path.iter()));
                    let times = usize::from(is_field) + usize::from(is_element && name == "image");
                    if times > 0 {
                        *value = Value::String(self.image(value.as_str()?, times)?);
                    } else {
                        match value {
                            Value::Array(elements) if LISTS.contains(&name.as_str()) => {
                                for element in elements {
                                    element.as_object()?;
                                    self.walk(element, path, true)?;
                                }
                            }
                            value => self.walk(value, path, false)?,
                        }
                    }
                    path.pop();
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    self.walk(element, path, false)?;
                }
            }
            Value::Null => {}
            // On the way to an image Kustomize fails where there is no way on.
            _ => {
                let is_on_the_way =
                    |field: &&[&str]| field.iter().zip(path.iter()).all(|(one, other)| one == other);
                return (!FIELDS.iter().any(is_on_the_way)).then_some(());
            }
        }
        Some(())
    }

    /// What becomes of an image that Kustomize comes upon so many times for each entry.
    fn image(&self, image: &str, times: usize) -> Option<String> {
        let mut now = image.to_owned();
        for image in &self.0 {
            for _ in 0..times {
                if image.pattern.is_match(&now) {
                    now = image.entry.of(&now);
                }
            }
        }
        (now == image || is_text(&now)).then_some(now)
    }
}

impl Image {
    fn of(entry: Entry) -> Option<Self> {
        let is_plain = |text: &str, others: &str| {
            text.chars().all(|one| one.is_ascii_alphanumeric() || others.contains(one))
        };
        let is_right = !entry.name.is_empty()
            // Kustomize takes a name for a regular expression: of those, it may have dots.
            && is_plain(&entry.name, "/_:.-")
            && [&entry.name, &entry.new_name, &entry.new_tag, &entry.digest]
                .into_iter()
                .all(|text| text.is_empty() || is_plain(text, "/_:.-@") && is_text(text));
        let tag = "[a-zA-Z0-9_.{}-]*";
        let pattern = Regex::new(&format!("^{}(:{tag})?(@sha256:{tag})?$", entry.name)).ok()?;
        is_right.then_some(Self { pattern, entry })
    }
}

impl Entry {
    /// What becomes of an image that it is for.
    fn of(&self, image: &str) -> String {
        let (name, tag, digest) = split(image);
        let name = if self.new_name.is_empty() { name } else { &self.new_name };
        let (tag, digest) = match (&*self.new_tag, &*self.digest) {
            ("", "") => (tag, digest),
            // A tag alone takes away the digest, and a digest alone the tag.
            both => both,
        };
        let part =
            |sign: char, text: &str| if text.is_empty() { String::new() } else { format!("{sign}{text}") };
        format!("{name}{}{}", part(':', tag), part('@', digest))
    }
}

/// Name, tag and digest, as Kustomize parts them: a registry's port is no tag where a slash follows.
fn split(image: &str) -> (&str, &str, &str) {
    let after_registry = image.find('/').unwrap_or(0);
    let place = |sign: char| image[after_registry..].find(sign).map(|place| place + after_registry);
    match (place('@'), place(':')) {
        (None, None) => (image, "", ""),
        (Some(at), Some(colon)) if colon < at => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (Some(at), _) => (&image[..at], "", &image[at + 1..]),
        (None, Some(colon)) => (&image[..colon], &image[colon + 1..], ""),
    }
}

/// Whether any YAML takes this for text, in quotes or not.
fn is_text(text: &str) -> bool {
    let is_word = WORDS.contains(&text.to_ascii_lowercase().as_str());
    // Numbers and dates of YAML 1.1 begin so, and have one dot at most.
    let is_number = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
        && text.matches('.').count() < 2;
    let parsed = Yaml::load_from_str(text).ok();
    let is_string =
        matches!(parsed.as_deref(), Some([Yaml::Value(Scalar::String(parsed))]) if parsed == text);
    !is_word && !is_number && is_string
}
