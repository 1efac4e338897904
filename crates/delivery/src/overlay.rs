//! An environment's overlay, as a commit has it: which digest each service has, and what holds it there.

pub(crate) mod entries;
mod image;

pub use image::Image;

use entries::{Entries, Entry};

use crate::{
    CommitId, Config, Digest, EnvironmentName, Error, Repository, ServiceName,
    git::NewFile,
    holds::{self, Holds},
    written::{self, WrittenLine},
};

/// What Kustomize takes for a kustomization.
pub(crate) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a path is that of a kustomization.
pub(crate) fn is_kustomization(path: &str) -> bool {
    KUSTOMIZATIONS.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// An environment's overlay.
#[derive(Debug, Clone)]
pub(crate) struct Overlay {
    folder: String,
    environment: EnvironmentName,
    files: Vec<Kustomization>,
    /// What may not be changed by automation.
    pub(crate) holds: Holds,
}

#[derive(Debug, Clone)]
struct Kustomization {
    path: String,
    text: String,
    entries: Entries,
}

impl Overlay {
    /// Reads the overlay of a commit.
    pub(crate) async fn read(
        repository: &Repository,
        config: &Config,
        environment: &EnvironmentName,
        commit: &CommitId,
    ) -> Result<Self, Error> {
        let folder = config.overlay(environment);
        let mut files = repository.files(commit, &[&folder]).await?;
        let holds_path = format!("{folder}/{}", holds::FILE);
        files.retain(|file| is_kustomization(&file.path) || file.path == holds_path);
        if files.is_empty() {
            return Err(Error::MissingOverlay { commit: commit.clone(), folder });
        }
        let ids: Vec<&str> = files.iter().map(|file| file.blob.as_str()).collect();
        let texts = repository.blobs(&ids).await?;
        Self::of(environment, folder, files.into_iter().map(|file| file.path).zip(texts))
    }

    /// The overlay of these files.
    pub(crate) fn of(
        environment: &EnvironmentName,
        folder: String,
        files: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        let mut overlay =
            Self { folder, environment: environment.clone(), files: Vec::new(), holds: Holds::default() };
        for (path, text) in files {
            if is_kustomization(&path) {
                let entries = Entries::parse(&path, &text)?;
                overlay.files.push(Kustomization { path, text, entries });
            } else {
                overlay.holds = Holds::parse(&path, &text)?;
            }
        }
        Ok(overlay)
    }

    /// The image that a service has; an error where it has none by a digest, or two.
    pub(crate) fn image(&self, config: &Config, service: &ServiceName) -> Result<Image, Error> {
        let (file, entry) = self.entry(&config.image(service))?;
        Ok(Image { digest: Some(digest_of(&file.path, entry)?), ..entry.image() })
    }

    /// Writes a service's digest in its place, and where its image is pulled from if that is given. Nothing else of the file changes.
    pub(crate) fn set(
        &mut self,
        config: &Config,
        service: &ServiceName,
        digest: &Digest,
        registry: Option<&str>,
    ) -> Result<(), Error> {
        let name = config.image(service);
        let (path, text) = {
            let (file, entry) = self.entry(&name)?;
            digest_of(&file.path, entry)?;
            // What is the image's name anyway needs no words.
            let new_name = registry
                .map(|registry| format!("{registry}/{service}"))
                .filter(|new| entry.new_name().unwrap_or(&name) != new);
            (file.path.clone(), entries::replace(&file.text, entry, digest, new_name.as_deref()))
        };
        let parsed = Entries::parse(&path, &text)?;
        let file = self.files.iter_mut().find(|file| file.path == path);
        let file = file.expect("the path is that of one of the files");
        *file = Kustomization { path, text, entries: parsed };
        // The file is read again, since a place that was misjudged must never be pushed.
        let written = self.image(config, service)?;
        if written.digest.as_ref() == Some(digest) {
            return Ok(());
        }
        Err(Error::Overlay {
            file: self.folder.clone(),
            reason: format!("the entry of {name} cannot be changed in place"),
        })
    }

    /// The files whose text is not that of another overlay.
    pub(crate) fn changes_since(&self, before: &Self) -> Vec<NewFile> {
        let mut changes: Vec<NewFile> = self
            .files
            .iter()
            .zip(&before.files)
            .filter(|(now, before)| now.text != before.text)
            .map(|(now, _)| NewFile { path: now.path.clone(), text: Some(now.text.clone()) })
            .collect();
        if self.holds != before.holds {
            let path = format!("{}/{}", self.folder, holds::FILE);
            changes.push(NewFile { path, text: self.holds.to_text() });
        }
        changes
    }

    /// The lines that these files change.
    pub(crate) fn lines(&self, files: &[NewFile]) -> Vec<WrittenLine> {
        written::lines(files, |path| match self.files.iter().find(|file| file.path == path) {
            Some(file) => Some(file.text.clone()),
            None => self.holds.to_text(),
        })
    }

    /// Fails where a service is held.
    pub(crate) fn expect_free(&self, service: &ServiceName) -> Result<(), Error> {
        match self.holds.of(service) {
            Some(hold) => Err(hold.refusal(&self.environment)),
            None => Ok(()),
        }
    }

    fn entry(&self, name: &str) -> Result<(&Kustomization, &Entry), Error> {
        let mut found: Vec<(&Kustomization, &Entry)> = Vec::new();
        for file in &self.files {
            found.extend(file.entries.iter().filter(|entry| entry.name == name).map(|entry| (file, entry)));
        }
        match found[..] {
            [] => Err(Error::NotInOverlay { folder: self.folder.clone(), image: name.to_owned() }),
            [one] => Ok(one),
            _ => {
                let places: Vec<String> =
                    found.iter().map(|(file, entry)| format!("{}:{}", file.path, entry.line)).collect();
                Err(Error::Twice { image: name.to_owned(), places: places.join(" and ") })
            }
        }
    }
}

/// The digest of an entry, which has nothing besides that a pod could run instead.
fn digest_of(path: &str, entry: &Entry) -> Result<Digest, Error> {
    let place = format!("{path}:{}", entry.line);
    let image = entry.image();
    let found = match (image.digest, image.tag) {
        (Some(digest), None) => return Ok(digest),
        (Some(_), Some(tag)) => format!("the tag {tag} as well"),
        (None, Some(tag)) => format!("the tag {tag}"),
        (None, None) => match entry.digest_text() {
            Some(text) => format!("'{text}'"),
            None => "nothing".into(),
        },
    };
    Err(Error::NotByDigest { place, image: entry.name.clone(), found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::SMALL;

    const ZERO: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    fn overlay(files: &[(&str, &str)]) -> Result<Overlay, Error> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Overlay::of(&"dev".parse().unwrap(), "overlays/dev".into(), files)
    }

    fn set(text: &str, registry: Option<&str>) -> Result<String, String> {
        let config = Config::parse(SMALL).unwrap();
        let digest = format!("sha256:{}", "1".repeat(64)).parse().unwrap();
        let before = overlay(&[("kustomization.yaml", text)]).map_err(|error| error.to_string())?;
        let mut after = before.clone();
        after.set(&config, &config.services[0].name, &digest, registry).map_err(|error| error.to_string())?;
        Ok(after.changes_since(&before).pop().and_then(|file| file.text).unwrap_or_default())
    }

    #[test]
    fn only_the_digest_changes_however_it_is_written() {
        let ones = "1".repeat(64);
        for text in [
            format!("# ü\nimages:\n  - {{name: registry.example/team/api, digest: \"{ZERO}\"}} # keep\n"),
            format!("images:\r\n- digest: {ZERO}\r\n  name: 'registry.example/team/api'\r\n"),
            format!(
                "images:\n- name: other\n  newTag: \"1\"\n-   name: registry.example/team/api\n    digest: '{ZERO}'   # why\n\nx: 1"
            ),
        ] {
            assert_eq!(set(&text, None).unwrap(), text.replace(&"0".repeat(64), &ones));
        }
    }

    #[test]
    fn where_it_is_pulled_from_is_added_or_changed() {
        let flow = format!("images: [{{name: registry.example/team/api, digest: {ZERO}}}]");
        let there = "newName: localhost:5001/x/api";
        assert!(
            set(&flow, Some("localhost:5001/x")).unwrap().contains(&format!("team/api, {there}, digest"))
        );
        let block = format!("images:\n  -   name: registry.example/team/api\n      digest: {ZERO}\n");
        assert!(
            set(&block, Some("localhost:5001/x"))
                .unwrap()
                .contains(&format!("team/api\n      {there}\n      digest"))
        );
        let named = block.replace("      digest", "      newName: elsewhere/api\n      digest");
        assert!(set(&named, Some("localhost:5001/x")).unwrap().contains(&format!("\n      {there}\n")));
        assert!(!set(&flow, Some("registry.example/team")).unwrap().contains("newName"));
    }

    #[test]
    fn what_was_edited_by_hand_is_refused_with_its_place() {
        let entry = |rest: &str| format!("images:\n  - {{name: registry.example/team/api{rest}}}\n");
        for (text, says) in [
            (
                entry(", newTag: v1"),
                "kustomization.yaml:2 names registry.example/team/api by the tag v1, not by a digest",
            ),
            (entry(&format!(", newTag: v1, digest: \"{ZERO}\"")), "by the tag v1 as well"),
            (entry(""), "by nothing"),
            (entry(", digest: latest"), "by 'latest'"),
            (
                entry(", digest: \"\"") + "  - {name: registry.example/team/api}\n",
                "stands twice under `images:`: kustomization.yaml:2 and kustomization.yaml:3",
            ),
            (
                "images: []\n".into(),
                "no kustomization in overlays/dev has an entry under `images:` for registry.example/team/api",
            ),
            ("images: {a: b\n".into(), "kustomization.yaml cannot be read"),
            ("images: {a: b}\n".into(), "`images` is no list"),
            ("images:\n  - name: a\n    name: b\n".into(), "kustomization.yaml cannot be read"),
            ("a: 1\n---\nb: 2\n".into(), "two documents"),
        ] {
            let error = set(&text, None).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
        }
    }
}
