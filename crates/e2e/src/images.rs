//! The images of this commit, and another one that differs only by its digest.

use std::{collections::BTreeMap, fs, path::Path, process::Stdio};

use anyhow::{Context as _, bail};
use tokio::{io::AsyncWriteExt as _, process::Command};

/// Digests by name, in a registry.
pub(crate) struct Images {
    pub(crate) registry: String,
    pub(crate) digests: BTreeMap<String, String>,
}

impl Images {
    /// Those that `make images` has pushed.
    pub(crate) fn read(images: &Path, registry: &str) -> anyhow::Result<Self> {
        let file = images.display();
        let text = fs::read_to_string(images)
            .with_context(|| format!("cannot read {file}: `make images PUSH={registry}` writes it"))?;
        let digests = serde_json::from_str(&text)
            .with_context(|| format!("{file} is not what `make images` writes"))?;
        Ok(Self { registry: registry.to_owned(), digests })
    }

    /// An image, as a pod names it.
    pub(crate) fn reference(&self, name: &str) -> anyhow::Result<String> {
        let digest = self.digests.get(name).with_context(|| format!("there is no image {name}"))?;
        Ok(format!("{}/{name}@{digest}", self.registry))
    }

    /// Pushes an image that holds the same and says something else, so that its digest is another one.
    pub(crate) async fn variant(&self, name: &str, version: &str) -> anyhow::Result<String> {
        let dockerfile =
            format!("FROM {}\nLABEL org.opencontainers.image.version={version}\n", self.reference(name)?);
        let metadata = tempfile::NamedTempFile::new()?;
        let mut child = Command::new("docker")
            .args(["buildx", "build", "--quiet", "--push", "--provenance=false", "--tag"])
            .arg(format!("{}/{name}:{version}", self.registry))
            .arg("--metadata-file")
            .arg(metadata.path())
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("docker cannot be started")?;
        child.stdin.take().context("no input")?.write_all(dockerfile.as_bytes()).await?;
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!(
                "the variant of {name} cannot be built: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let metadata: serde_json::Value = serde_json::from_str(&fs::read_to_string(metadata.path())?)?;
        let digest = metadata["containerimage.digest"].as_str().context("docker gives no digest")?;
        Ok(digest.to_owned())
    }
}
