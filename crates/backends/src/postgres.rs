//! A private PostgreSQL.

use std::{
    net::Ipv4Addr,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::Pid;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::process::Command;

use crate::{
    Error, Server, StopSignal, error::Doing as _, find, folder::Folder, leftover, random_secret, run::run,
};

/// The role that owns everything in the instance.
const ROLE: &str = "argosy";
/// How long a stop may take before it becomes a kill, after which the next start recovers.
const STOP_GRACE: Duration = Duration::from_secs(20);

/// A PostgreSQL instance of our own, listening on 127.0.0.1 only, with a password.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    port: u16,
    password: SecretString,
    durable: bool,
    more: Vec<String>,
    server: Server,
}

impl Postgres {
    /// Prepares an instance in `folder`, which keeps its data. Without `durable` a crash of the machine may cost data, as is
    /// right for tests alone; a crash of the server costs none either way.
    pub fn prepare(folder: &Path, port: u16, durable: bool) -> Result<Self, Error> {
        let folder = Folder::open(folder)?;
        let programs = programs_for(&folder.file("data"))?;
        Self::of(folder, programs, port, durable)
    }

    /// The same by the programs of this folder, whatever else is installed: so that two versions can run at once. `psql` and
    /// `pg_isready` need not be among them.
    pub fn prepare_by(programs: &Path, folder: &Path, port: u16, durable: bool) -> Result<Self, Error> {
        Self::of(Folder::open(folder)?, programs.to_owned(), port, durable)
    }

    fn of(folder: Folder, programs: PathBuf, port: u16, durable: bool) -> Result<Self, Error> {
        let password_file = folder.file("password");
        if !password_file.exists() {
            folder.write("password", &random_secret())?;
        }
        let password = std::fs::read_to_string(&password_file)
            .doing(|| format!("read {}", password_file.display()))?
            .into();
        let server = Server::new("PostgreSQL", folder, StopSignal::Interrupt, STOP_GRACE);
        Ok(Self { programs, port, password, durable, more: Vec::new(), server })
    }

    /// Removes the folder with everything in it when this is dropped, or when this process is killed.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.server.set_temporary();
        self
    }

    /// One more setting, as `name=value`, before those of its own configuration.
    #[must_use]
    pub fn setting(mut self, setting: &str) -> Self {
        self.more.push(setting.to_owned());
        self
    }

    /// Takes connections by TLS, too, with this certificate and this private key, in PEM.
    pub fn with_tls(self, certificate: &str, key: &str) -> Result<Self, Error> {
        let files = self.server.files();
        files.write("certificate.pem", certificate)?;
        files.write("key.pem", key)?;
        let file = |setting: &str, name: &str| format!("{setting}={}", files.file(name).display());
        let (certificate, key) = (file("ssl_cert_file", "certificate.pem"), file("ssl_key_file", "key.pem"));
        Ok(self.setting("ssl=on").setting(&certificate).setting(&key))
    }

    /// Starts the server, the first time with new data, and waits until it takes connections.
    pub async fn start(&mut self) -> Result<(), Error> {
        self.initialize().await?;
        self.remove_stale_pid_file();
        let mut arguments = vec!["-D".into(), self.data().into_os_string()];
        for setting in self.settings() {
            arguments.extend(["-c".into(), setting.into()]);
        }
        let program = self.programs.join("postgres");
        let ready = find::postgres_client(&self.programs, "pg_isready")?;
        let port = self.port.to_string();
        let ports = [(Ipv4Addr::LOCALHOST, self.port)];
        self.server
            .launch(&program, arguments, &ports, || {
                // It opens a session, which a server that still recovers refuses.
                let mut check = Command::new(&ready);
                check
                    .args(["--quiet", "--timeout=2", "--host=127.0.0.1", "--port", &port])
                    .kill_on_drop(true);
                async move { check.status().await.is_ok_and(|status| status.success()) }
            })
            .await
    }

    fn settings(&self) -> Vec<String> {
        let mut settings = vec![
            format!("port={}", self.port),
            "listen_addresses=127.0.0.1".into(),
            "unix_socket_directories=".into(),
            "max_connections=200".into(),
            "shared_buffers=256MB".into(),
            "wal_compression=on".into(),
            "max_wal_size=4GB".into(),
            "log_min_messages=warning".into(),
        ];
        if !self.durable {
            // Commits still reach the machine, so that a killed server loses none: `synchronous_commit` stays on.
            settings.extend(["fsync=off", "full_page_writes=off"].map(Into::into));
        }
        settings.extend(self.more.iter().cloned());
        settings
    }

    /// Makes the data, unless it is there.
    async fn initialize(&self) -> Result<(), Error> {
        let data = self.data();
        if data.join("PG_VERSION").is_file() {
            return Ok(());
        }
        // Made apart and moved: where it is interrupted, no half of it is taken for the whole.
        let new = self.server.files().file("data.new");
        if new.exists() {
            std::fs::remove_dir_all(&new).doing(|| format!("remove {}", new.display()))?;
        }
        let mut initdb = Command::new(self.programs.join("initdb"));
        initdb
            .args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-instructions"])
            .arg(format!("--username={ROLE}"))
            .arg(format!("--pwfile={}", self.server.files().file("password").display()))
            .arg(format!("--pgdata={}", new.display()));
        if !self.durable {
            initdb.arg("--no-sync");
        }
        run(self.server.files().user(), &mut initdb, "").await?;
        std::fs::rename(&new, &data).doing(|| format!("move {}", new.display()))
    }

    /// Makes a database, unless it is there. The server has to run.
    pub async fn create_database(&self, name: &str) -> Result<(), Error> {
        const CREATE: &str = "select format('create database %I', :'name') \
            where not exists (select from pg_database where datname = :'name') \\gexec\n";
        let mut psql = Command::new(find::postgres_client(&self.programs, "psql")?);
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--host=127.0.0.1",
            "--dbname=postgres",
        ])
        .arg(format!("--username={ROLE}"))
        .arg(format!("--port={}", self.port))
        .arg(format!("--set=name={name}"))
        .env("PGPASSWORD", self.password.expose_secret())
        .env("PGCONNECT_TIMEOUT", "10");
        run(self.server.files().user(), &mut psql, CREATE).await
    }

    /// Where a database of this instance is reached.
    pub fn url(&self, database: &str) -> SecretString {
        format!("postgres://{ROLE}:{}@127.0.0.1:{}/{database}", self.password.expose_secret(), self.port)
            .into()
    }

    fn data(&self) -> PathBuf {
        self.server.files().file("data")
    }

    /// Removes the lock of a server that has ended, where another program has its number by now. PostgreSQL itself removes
    /// one whose number is free, after it has made sure that no session of the old server is left.
    fn remove_stale_pid_file(&self) {
        let file = self.data().join("postmaster.pid");
        let reused = |pid: Pid| leftover::is_alive(pid) && !leftover::belongs_to(pid, self.server.folder());
        if leftover::read_pid(&file).is_some_and(reused) {
            // Where it cannot be removed, PostgreSQL's own message says so.
            let _ = std::fs::remove_file(file);
        }
    }
}

/// The programs that understand the data, or the newest where there is none yet.
fn programs_for(data: &Path) -> Result<PathBuf, Error> {
    let version = std::fs::read_to_string(data.join("PG_VERSION")).ok();
    let version = version.and_then(|text| text.trim().parse().ok());
    find::postgres_programs(version).map_err(|error| match version {
        Some(version) => Error::OtherVersion { folder: data.to_owned(), version },
        None => error,
    })
}

/// Stop, kill, pause and the rest are the same for every server.
impl Deref for Postgres {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Postgres {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}
