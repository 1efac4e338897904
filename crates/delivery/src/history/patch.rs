//! What the changed lines of a kustomization say about images, as long as they say it by themselves: entries as people and
//! `argosy` write them, `- {name: …, digest: …}` on a line, or a key a line. Whatever else there is, the caller reads in full.

use std::collections::BTreeMap;

use crate::overlay::Image;

/// What a commit changed in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patch<'p> {
    pub(super) path: &'p str,
    /// The blob before; zeros where the file is new.
    pub(super) before: &'p str,
    /// The blob after; zeros where it is gone.
    pub(super) after: &'p str,
    hunks: &'p str,
}

/// The files of a patch by `git log --patch --full-index --no-renames`.
pub(super) fn files(patch: &str) -> impl Iterator<Item = Patch<'_>> {
    // Every line of a hunk begins with a sign, so nothing else begins so.
    let starts =
        patch.match_indices("diff --git a/").filter(|(at, _)| *at == 0 || patch.as_bytes()[at - 1] == b'\n');
    let starts: Vec<usize> = starts.map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([patch.len()]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).filter_map(move |(start, end)| file(&patch[start..end]))
}

fn file(patch: &str) -> Option<Patch<'_>> {
    let (head, hunks) = match patch.find("\n@@ ") {
        Some(at) => patch.split_at(at + 1),
        None => (patch, ""),
    };
    // `diff --git a/<path> b/<path>`: both are the same.
    let names = head.lines().next()?.strip_prefix("diff --git ")?;
    let path = names.get(2..2 + (names.len() - 5) / 2)?;
    let (before, after) = head
        .lines()
        .find_map(|line| line.strip_prefix("index "))
        .and_then(|ids| ids.split(' ').next()?.split_once(".."))
        .unwrap_or_default();
    Some(Patch { path, before, after, hunks })
}

/// The images that changed, none where an entry is gone; or nothing at all, where only the whole file says.
pub(super) fn images(patch: &Patch<'_>) -> Option<BTreeMap<String, Option<Image>>> {
    let mut before = Side::default();
    let mut after = Side::default();
    for line in patch.hunks.lines() {
        let Some(sign) = line.as_bytes().first() else { continue };
        match sign {
            b' ' => {
                before.line(&line[1..], false);
                after.line(&line[1..], false);
            }
            b'-' => before.line(&line[1..], true),
            b'+' => after.line(&line[1..], true),
            b'@' => {
                before.cut();
                after.cut();
            }
            _ => {}
        }
    }
    before.cut();
    after.cut();
    if before.is_unclear || after.is_unclear {
        return None;
    }
    let mut images = BTreeMap::new();
    for (name, (image, changed)) in &after.images {
        let earlier = before.images.get(name);
        let is_touched = *changed || earlier.is_some_and(|(_, changed)| *changed);
        if is_touched && earlier.map(|(image, _)| image) != Some(image) {
            images.insert(name.clone(), Some(image.clone()));
        }
    }
    for (name, (_, changed)) in &before.images {
        if *changed && !after.images.contains_key(name) {
            images.insert(name.clone(), None);
        }
    }
    Some(images)
}

/// A file before or after, as far as hunks show it.
#[derive(Default)]
struct Side<'p> {
    images: BTreeMap<String, (Image, bool)>,
    open: Option<Open<'p>>,
    is_unclear: bool,
}

/// An entry whose end has not come yet.
struct Open<'p> {
    indent: usize,
    lines: Vec<&'p str>,
    is_changed: bool,
}

impl<'p> Side<'p> {
    fn line(&mut self, line: &'p str, is_changed: bool) {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            return;
        }
        let indent = line.len() - content.len();
        if let Some(content) = content.strip_prefix("- ") {
            self.cut();
            self.open = Some(Open { indent, lines: vec![content], is_changed });
        } else if let Some(open) = self.open.as_mut().filter(|open| indent > open.indent) {
            open.lines.push(content);
            open.is_changed |= is_changed;
        } else {
            self.cut();
            // The rest of an entry that began before the hunk, or a list on one line.
            self.is_unclear |= is_changed && (key_value(content).is_some() || content.starts_with("images:"));
        }
    }

    /// Ends the entry that is open.
    fn cut(&mut self) {
        let Some(open) = self.open.take() else { return };
        match entry(&open.lines) {
            Entry::Image(name, image) => {
                // Twice the same name: which one counts is not for lines to say.
                self.is_unclear |= self.images.insert(name, (image, open.is_changed)).is_some();
            }
            Entry::Other => {}
            Entry::Unclear => self.is_unclear |= open.is_changed,
        }
    }
}

enum Entry {
    Image(String, Image),
    Other,
    Unclear,
}

/// Understands the lines of a list's entry.
fn entry(lines: &[&str]) -> Entry {
    let mut keys: Vec<(&str, &str)> = Vec::new();
    for line in lines {
        if let Some(inside) = line.trim_end().strip_prefix('{') {
            let Some(inside) = inside.strip_suffix('}') else { return Entry::Unclear };
            for part in inside.split(',') {
                let Some(pair) = key_value(part.trim()) else { return Entry::Unclear };
                keys.push(pair);
            }
        } else if let Some(pair) = key_value(line) {
            keys.push(pair);
        } else if keys.is_empty() && !line.contains(": ") {
            // A path of `resources:` or the like.
            return Entry::Other;
        } else {
            return Entry::Unclear;
        }
    }
    let get =
        |wanted: &str| keys.iter().find(|(key, _)| *key == wanted).map(|(_, value)| (*value).to_owned());
    let (Some(name), Some(digest), None) = (get("name"), get("digest"), get("newTag")) else {
        return Entry::Unclear;
    };
    let Ok(digest) = digest.parse() else { return Entry::Unclear };
    Entry::Image(name, Image { digest: Some(digest), tag: None, new_name: get("newName") })
}

/// A key of an image's entry and its value, which is plain text in whatever quotes.
fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(": ")?;
    let value = value.trim();
    let value = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value);
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@+".contains(&byte));
    (matches!(key, "name" | "newName" | "newTag" | "digest") && is_plain && !value.is_empty())
        .then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "diff --git a/o/dev/kustomization.yaml b/o/dev/kustomization.yaml\nindex 11..22 100644\n--- a/o/dev/kustomization.yaml\n+++ b/o/dev/kustomization.yaml\n";

    fn digest(digit: char) -> String {
        format!("sha256:{}", digit.to_string().repeat(64))
    }

    fn changed(hunks: &str) -> Option<Vec<(String, Option<String>)>> {
        let text = format!("{HEAD}{hunks}");
        let file = files(&text).next().unwrap();
        assert_eq!((file.path, file.before, file.after), ("o/dev/kustomization.yaml", "11", "22"));
        let text = |image: Image| format!("{} {}", image.new_name.clone().unwrap_or_default(), image);
        images(&file).map(|images| images.into_iter().map(|(name, image)| (name, image.map(text))).collect())
    }

    #[test]
    fn a_line_an_entry_says_everything() {
        let hunk = format!(
            "@@ -9,3 +9,4 @@ images:\n   - {{name: r/a, digest: \"{0}\"}}\n-  - {{name: r/b, digest: \"{0}\"}}\n+  - {{name: r/b, newName: l:5/b, digest: \"{1}\"}}\n+  - {{name: r/c, digest: {1}}}\n-  - {{name: r/d, digest: '{0}'}}\n",
            digest('0'),
            digest('1')
        );
        let ones = "1".repeat(12);
        let expected = vec![
            ("r/b".into(), Some(format!("l:5/b {ones}"))),
            ("r/c".into(), Some(format!(" {ones}"))),
            ("r/d".into(), None),
        ];
        assert_eq!(changed(&hunk).unwrap(), expected);
    }

    #[test]
    fn a_key_a_line_is_put_together() {
        let hunk = format!(
            "@@ -9,3 +9,4 @@ images:\n-- digest: {}\n+- digest: {} \n   name: r/b\n+  newName: x/b\n - name: r/c\n",
            digest('0'),
            digest('1')
        );
        assert_eq!(changed(&hunk).unwrap(), [("r/b".into(), Some(format!("x/b {}", "1".repeat(12))))]);
    }

    #[test]
    fn what_moves_does_not_change() {
        let line = format!("  - {{name: r/a, digest: {}}}", digest('0'));
        assert_eq!(changed(&format!("@@ -1 +1 @@\n-{line}\n@@ -9 +8 @@\n+{line}\n")).unwrap(), []);
    }

    #[test]
    fn what_lines_do_not_say_is_left_to_the_file() {
        for hunk in [
            format!("@@ -9 +9 @@\n-  digest: {}\n+  digest: {}\n", digest('0'), digest('1')),
            format!(
                "@@ -9 +9 @@\n-  - {{name: r/a, digest: {}}}\n+  - {{name: r/a, newTag: v1}}\n",
                digest('0')
            ),
            format!("@@ -9 +9 @@\n+  - {{name: r/a, digest: {}}} # why\n", digest('0')),
            "@@ -9 +9 @@\n+  - {name: r/a}\n".into(),
            format!("@@ -9 +9 @@\n+images: [{{name: r/a, digest: {}}}]\n", digest('0')),
        ] {
            assert!(changed(&hunk).is_none(), "{hunk}");
        }
    }

    #[test]
    fn other_lists_are_nothing_of_ours() {
        assert_eq!(
            changed("@@ -1,2 +1,2 @@\n resources:\n-  - a\n+  - ../../base # all\n+namespace: x\n").unwrap(),
            []
        );
    }
}
