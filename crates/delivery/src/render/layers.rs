//! Which kustomizations' `images:` can as well be set on what Kustomize has rendered, and a copy of the files without them.
//!
//! It can where nothing comes after them that reads an image or changes one. So it is done for the overlay's own kustomization, and for
//! those that it only puts together; images further in, of components and of whatever is patched later, are left to Kustomize. Each
//! object is marked by an annotation with the kustomizations whose images it is to get.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Component, Path, PathBuf},
};

use saphyr::{LoadableYamlNode as _, MarkedYaml, Yaml};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{images::Images, value};
use crate::overlay::KUSTOMIZATIONS;

/// What a kustomization may have anywhere: it does its work before the images of a kustomization around it. What defines which fields
/// are images, or works last of all, is not among it.
const KNOWN: [&str; 21] = [
    "apiVersion",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "generatorOptions",
    "images",
    "kind",
    "labels",
    "metadata",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
];

/// What copies images once they are set.
const READS_IMAGES: &str = "replacements";

/// What a kustomization may have that changes nothing of the images of those that it puts together.
const ONLY_PUTS_TOGETHER: [&str; 6] = ["apiVersion", "images", "kind", "metadata", "namespace", "resources"];

/// Before the number of a kustomization.
const ANNOTATION: &str = "argosy.delivery/images-";

/// An overlay's files without the images that can be set afterwards, and those images.
#[derive(Debug)]
pub(super) struct Layers {
    files: TempDir,
    /// The inner ones first, as Kustomize sets them.
    images: Vec<Images>,
}

impl Layers {
    /// Takes an overlay of the files under a root apart; none where all is Kustomize's to do.
    pub(super) fn of(root: &Path, overlay: &str) -> Option<Self> {
        let mut walk = Walk { root, seen: BTreeMap::new(), without: Vec::new() };
        walk.enter(Path::new(overlay), true)?;
        if walk.without.is_empty() {
            return None;
        }
        let files = TempDir::new().ok()?;
        let mut last: Option<&Path> = None;
        for folder in walk.seen.keys() {
            // Sorted, so that what is in a folder comes after it.
            if last.is_none_or(|last| !folder.starts_with(last)) {
                copy(&root.join(folder), &files.path().join(folder)).ok()?;
                last = Some(folder);
            }
        }
        let mut images = Vec::new();
        for (file, text, of_file) in walk.without {
            fs::write(files.path().join(file), text).ok()?;
            images.push(of_file);
        }
        Some(Self { files, images })
    }

    /// The folder to render in.
    pub(super) fn path(&self) -> &Path {
        self.files.path()
    }

    /// Sets the images that the files are without.
    pub(super) fn set<'o>(&self, objects: impl Iterator<Item = &'o mut Value>) -> Option<()> {
        for object in objects {
            for (number, images) in self.images.iter().enumerate() {
                if take_annotation(object, number) {
                    images.set(object)?;
                }
            }
        }
        Some(())
    }
}

/// What an overlay is made of.
#[derive(Debug)]
struct Walk<'r> {
    root: &'r Path,
    /// The folders, and whether those around each only put together.
    seen: BTreeMap<PathBuf, bool>,
    /// Kustomizations without their images, and the images.
    without: Vec<(PathBuf, String, Images)>,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Path, is_outer: bool) -> Option<()> {
        if let Some(was_outer) = self.seen.insert(folder.to_owned(), is_outer) {
            // By two ways, its images would have two places.
            return (!is_outer && !was_outer).then_some(());
        }
        // Behind a link, `..` is another folder.
        if fs::canonicalize(self.root.join(folder)).ok()? != fs::canonicalize(self.root).ok()?.join(folder) {
            return None;
        }
        let mut files = KUSTOMIZATIONS.iter().map(|name| folder.join(name));
        let file = files.find(|file| self.root.join(file).is_file())?;
        let text = fs::read_to_string(self.root.join(&file)).ok()?;
        let kustomization = read(&text)?;
        if !kustomization.keys().all(|key| KNOWN.contains(&key.as_str())) {
            return None;
        }
        let only_puts_together =
            is_outer && kustomization.keys().all(|key| ONLY_PUTS_TOGETHER.contains(&key.as_str()));
        for (list, is_resource) in [("resources", true), ("components", false)] {
            let Some(entries) = kustomization.get(list) else { continue };
            for entry in entries.as_array()? {
                let path = inside(folder, entry.as_str()?)?;
                if self.root.join(&path).is_dir() {
                    self.enter(&path, only_puts_together && is_resource)?;
                } else if !self.root.join(&path).is_file() {
                    return None;
                }
            }
        }
        if let (true, Some(images)) =
            (is_outer && !kustomization.contains_key(READS_IMAGES), kustomization.get("images"))
        {
            let (images, number) = (Images::parse(images)?, self.without.len());
            self.without.push((file, without_images(&text, kustomization, number)?, images));
        }
        Some(())
    }
}

fn read(text: &str) -> Option<Map<String, Value>> {
    let mut documents = Yaml::load_from_str(text).ok()?;
    match (value(documents.pop()?), documents.is_empty()) {
        (Value::Object(fields), true) => Some(fields),
        _ => None,
    }
}

/// A kustomization without its images, that marks each object instead.
fn without_images(text: &str, mut kustomization: Map<String, Value>, number: usize) -> Option<String> {
    let documents = MarkedYaml::load_from_str(text).ok()?;
    let keys = documents.first()?.data.as_mapping()?.keys();
    let lines: BTreeSet<usize> = keys.clone().map(|key| key.span.start.line()).collect();
    let first =
        keys.filter(|key| key.data.as_str() == Some("images")).map(|key| key.span.start.line()).next()?;
    let next = lines.range(first + 1..).next().copied().unwrap_or(usize::MAX);
    let kept = text.split_inclusive('\n').zip(1..).filter(|(_, line)| !(first..next).contains(line));
    let mut without: String = kept.map(|(line, _)| line).collect();
    if !without.ends_with('\n') {
        without.push('\n');
    }
    let mark = json!({
        "apiVersion": "builtin",
        "kind": "AnnotationsTransformer",
        "metadata": {"name": format!("images-{number}")},
        "annotations": {format!("{ANNOTATION}{number}"): "set"},
        "fieldSpecs": [{"path": "metadata/annotations", "create": true}],
    })
    .to_string();
    without.extend(["transformers:\n  - |-\n    ", &mark, "\n"]);
    // A file that is written otherwise than one expects is read again rather than trusted.
    kustomization.remove("images");
    kustomization.insert("transformers".into(), json!([mark]));
    (read(&without)? == kustomization).then_some(without)
}

/// Takes a mark from an object; whether it had it.
fn take_annotation(object: &mut Value, number: usize) -> bool {
    let Some(metadata) = object["metadata"].as_object_mut() else { return false };
    let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) else {
        return false;
    };
    let had = annotations.remove(&format!("{ANNOTATION}{number}")).is_some();
    if annotations.is_empty() {
        // Kustomize leaves no empty ones either.
        metadata.remove("annotations");
    }
    had
}

/// A path from a folder, if it is inside the root and not the root itself.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut parts = Vec::new();
    for part in folder.join(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_owned()),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.into_iter().collect())
}

/// Copies a folder of plain files and folders.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        } else {
            // A link's target may be anywhere.
            return Err(io::ErrorKind::Unsupported.into());
        }
    }
    Ok(())
}
