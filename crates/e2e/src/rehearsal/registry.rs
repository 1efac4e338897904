//! A registry of our own, for who has no cluster: the distribution project's server, which Debian has as `docker-registry`.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

use crate::{process::run, wait::until};

/// What it is called, wherever it comes from.
const PROGRAMS: [&str; 2] = ["docker-registry", "registry"];

/// It ends with this.
pub(super) struct Registry {
    _server: Child,
    folder: TempDir,
    /// Its address.
    pub(super) address: String,
}

impl Registry {
    /// Starts one on a free port of this machine.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let config = serde_json::json!({
            "version": 0.1,
            "log": {"level": "warn", "accesslog": {"disabled": true}},
            "storage": {"filesystem": {"rootdirectory": folder.path().join("images")}},
            "http": {"addr": address},
        });
        let file = folder.path().join("config.yaml");
        fs::write(&file, config.to_string())?;
        let log = fs::File::create(folder.path().join("log"))?;
        let start = |program: &str| {
            Command::new(program)
                .arg("serve")
                .arg(&file)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log.try_clone()?)
                .kill_on_drop(true)
                .spawn()
        };
        let server = PROGRAMS.iter().find_map(|program| start(program).ok());
        let server =
            server.context("there is no registry: `scripts/install-deps --rehearsal` installs one")?;
        until("the registry listens", Duration::from_secs(10), async || {
            Ok(TcpStream::connect(&address).await.map(drop)?)
        })
        .await?;
        Ok(Self { _server: server, folder, address })
    }

    /// Pushes an image that has this program alone; its digest, which is the same for the same program.
    pub(super) async fn push(&self, name: &str, program: &Path) -> anyhow::Result<String> {
        let work = TempDir::new_in(self.folder.path())?;
        let layer = work.path().join("layer.tar");
        let (parent, file) = (program.parent(), program.file_name());
        let (parent, file) = parent.zip(file).context("a program without a folder")?;
        let mut tar = Command::new("tar");
        tar.args(["--create", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--file"])
            .arg(&layer);
        run(tar.arg("--directory").arg(parent).arg(file)).await?;
        // An image's time is that of its layer.
        fs::File::open(&layer)?.set_modified(std::time::UNIX_EPOCH)?;
        let digest = work.path().join("digest");
        let mut copy = Command::new("skopeo");
        copy.args(["copy", "--quiet", "--dest-tls-verify=false", "--digestfile"]).arg(&digest);
        copy.arg(format!("tarball:{}", layer.display())).arg(format!("docker://{}/{name}", self.address));
        run(&mut copy).await?;
        Ok(fs::read_to_string(digest)?.trim().to_owned())
    }

    /// Takes the program out of an image that somebody named by its digest.
    pub(super) async fn pull(&self, name: &str, digest: &str, program: &str) -> anyhow::Result<PathBuf> {
        let image = self.folder.path().join(format!("pulled-{}", digest.replace(':', "-")));
        if !image.exists() {
            let mut copy = Command::new("skopeo");
            copy.args(["copy", "--quiet", "--src-tls-verify=false"]);
            copy.arg(format!("docker://{}/{name}@{digest}", self.address))
                .arg(format!("dir:{}", image.display()));
            run(&mut copy).await?;
            let manifest: serde_json::Value =
                serde_json::from_str(&fs::read_to_string(image.join("manifest.json"))?)?;
            let Some(layer) =
                manifest["layers"][0]["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:"))
            else {
                bail!("the image {name}@{digest} has no layer");
            };
            run(Command::new("tar").current_dir(&image).args(["--extract", "--file", layer])).await?;
        }
        Ok(image.join(program))
    }
}
