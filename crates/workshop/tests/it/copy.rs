//! A copy of this repository as it is here, committed or not, in a repository of its own.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use argosy_delivery::Delivery;
use tempfile::TempDir;

/// A copy.
pub(crate) struct Copy {
    root: PathBuf,
    _folder: Option<TempDir>,
}

impl Copy {
    /// A copy that goes with the test.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let copy = Self { root: folder.path().to_owned(), _folder: Some(folder) };
        copy.fill();
        copy
    }

    /// A copy that stays where it is until it is made anew, so that Cargo knows what it compiled of it before.
    pub(crate) fn that_stays(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        let copy = Self { root, _folder: None };
        copy.fill();
        copy
    }

    fn fill(&self) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let files = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let files = run(&source, "git", &files);
        for file in files.split_terminator('\0') {
            let (from, to) = (source.join(file), self.root.join(file));
            // What is deleted and not committed yet is listed, too.
            let Ok(metadata) = fs::symlink_metadata(&from) else { continue };
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            if metadata.is_symlink() {
                symlink(fs::read_link(&from).unwrap(), &to).unwrap();
            } else {
                fs::copy(&from, &to).unwrap();
            }
        }
        self.run("git", &["init", "--quiet", "--initial-branch=main"]);
        self.run("git", &["config", "user.name", "Ada"]);
        self.run("git", &["config", "user.email", "ada@example.com"]);
        self.commit("Begin");
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Commits everything.
    pub(crate) fn commit(&self, message: &str) {
        self.run("git", &["add", "--all"]);
        self.run("git", &["commit", "--quiet", "--message", message]);
    }

    /// What a program prints here, which has to succeed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        run(&self.root, program, arguments)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) async fn delivery(&self) -> Delivery {
        Delivery::open(&self.root).await.unwrap()
    }
}

pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        // What is compiled in a copy is not what is compiled here.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("target-of-copies"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}
