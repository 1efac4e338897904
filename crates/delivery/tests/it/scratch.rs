//! A bare remote with two services in two environments, and clones of it.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use argosy_delivery::{Delivery, Digest, ImageSet, Release, Rollback};
use tempfile::TempDir;

/// `argosy.toml` of the scratch repository.
pub(crate) const CONFIG: &str = r#"
branch = "main"
registry = "registry.example/team"

[[service]]
name = "api"
paths = ["api"]
migrations = "api/migrations"

[[service]]
name = "webapp"
paths = ["webapp"]

[[environment]]
name = "dev"

[[environment]]
name = "prod"
from = "dev"

[[difference]]
between = ["dev", "prod"]
allow = [{ kind = "Deployment", field = "spec.template.spec.*.image", why = "until it is promoted" }]
"#;

/// The remote.
pub(crate) struct Remote {
    folder: TempDir,
}

/// A clone.
pub(crate) struct Clone {
    folder: TempDir,
}

/// A digest that is one digit 64 times.
pub(crate) fn digest(digit: char) -> Digest {
    format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
}

/// The services' kustomization.
pub(crate) fn kustomization() -> String {
    let zero = digest('0');
    format!(
        "# The services.\nresources: [../../../base]\nimages:\n  - {{name: registry.example/team/api, digest: \"{zero}\"}}\n  - {{name: registry.example/team/webapp, digest: \"{zero}\"}}\n"
    )
}

fn deployment(service: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {service}}}\nspec:\n  replicas: 1\n  selector: {{matchLabels: {{app: {service}}}}}\n  template:\n    metadata: {{labels: {{app: {service}}}}}\n    spec:\n      containers:\n        - {{name: {service}, image: registry.example/team/{service}}}\n"
    )
}

impl Remote {
    /// A remote with a first commit.
    pub(crate) fn new() -> Self {
        let remote = Self { folder: TempDir::new().unwrap() };
        run(remote.folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main"]);
        let seed = remote.clone_empty();
        seed.write("argosy.toml", CONFIG);
        // Kustomize of the version that is pinned here, unless there is one in PATH.
        let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/tool");
        seed.write("scripts/tool", &format!("#!/bin/sh\n# Knows kustomize.\nexec {tool} \"$@\"\n"));
        fs::set_permissions(seed.path("scripts/tool"), fs::Permissions::from_mode(0o755)).unwrap();
        for service in ["api", "webapp"] {
            seed.write(&format!("base/{service}.yaml"), &deployment(service));
            seed.write(&format!("{service}/main"), "1");
        }
        seed.write("kustomize/base/kustomization.yaml", "resources: [api.yaml, webapp.yaml]\n");
        for service in ["api", "webapp"] {
            fs::remove_file(seed.path(&format!("base/{service}.yaml"))).unwrap();
            seed.write(&format!("kustomize/base/{service}.yaml"), &deployment(service));
        }
        for environment in ["dev", "prod"] {
            seed.write(
                &format!("kustomize/overlays/{environment}/kustomization.yaml"),
                "resources: [services]\n",
            );
            seed.write(&services(environment), &kustomization());
        }
        seed.commit("Begin");
        seed.git(&["push", "--quiet", "origin", "main"]);
        remote
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn clone_empty(&self) -> Clone {
        let folder = TempDir::new().unwrap();
        run(folder.path(), &["clone", "--quiet", &self.path().to_string_lossy(), "."]);
        let clone = Clone { folder };
        clone.git(&["config", "user.name", "Ada"]);
        clone.git(&["config", "user.email", "ada@example.com"]);
        clone.git(&["checkout", "--quiet", "-B", "main"]);
        clone
    }

    /// A clone of what is there now.
    pub(crate) fn clone(&self) -> Clone {
        self.clone_empty()
    }

    /// What `git` prints here.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        run(self.path(), arguments)
    }

    /// The head of the branch.
    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "main"])
    }

    /// A file of the branch.
    pub(crate) fn file(&self, path: &str) -> String {
        self.git(&["show", &format!("main:{path}")])
    }

    /// Installs a hook.
    pub(crate) fn hook(&self, name: &str, script: &str) {
        let path = self.path().join("hooks").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

impl Clone {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits everything; the commit.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes a file, commits and pushes it; the commit.
    pub(crate) fn publish(&self, name: &str, text: &str, message: &str) -> String {
        self.git(&["pull", "--quiet", "--rebase", "--autostash"]);
        self.write(name, text);
        let commit = self.commit(message);
        self.git(&["push", "--quiet", "origin", "HEAD:main"]);
        commit
    }

    /// What `git` prints here.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        run(self.folder.path(), arguments)
    }

    /// Delivery from here.
    pub(crate) async fn delivery(&self) -> Delivery {
        Delivery::open(self.folder.path()).await.unwrap()
    }

    /// Sets a service's digest, as a pipeline does; fails as that does.
    pub(crate) async fn set(
        &self,
        environment: &str,
        service: &str,
        digit: char,
        source: &str,
    ) -> Result<String, String> {
        let request = ImageSet {
            environment: environment.into(),
            images: vec![(service.into(), digest(digit))],
            source_commit: Some(source.into()),
            build: Some("https://ci.example/7".into()),
            actor: Some("pipeline".into()),
            ..ImageSet::default()
        };
        let written = self.delivery().await.set_images(&request).await.map_err(|error| error.to_string())?;
        Ok(written.commit.map(|commit| commit.to_string()).unwrap_or_default())
    }
}

/// The api of prod back to what it ran before, or to something.
pub(crate) fn rollback(to: Option<&str>) -> Rollback {
    Rollback {
        environment: "prod".into(),
        service: "api".into(),
        to: to.map(str::to_owned),
        why: Some("it forgets".into()),
        despite_migrations: None,
        actor: None,
        now: "2026-11-22T12:00:00Z".parse().unwrap(),
        is_dry_run: false,
    }
}

/// The api of prod let go.
pub(crate) fn release() -> Release {
    Release { environment: "prod".into(), service: "api".into(), why: None, actor: None, is_dry_run: false }
}

/// The path of an environment's entries.
pub(crate) fn services(environment: &str) -> String {
    format!("kustomize/overlays/{environment}/services/kustomization.yaml")
}

/// Runs Git, which has to succeed.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new("git").current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
