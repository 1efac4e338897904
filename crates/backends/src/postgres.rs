//! A private PostgreSQL.

use std::{
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    find,
    process::{Launch, Process, StopSignal, wait_until_ready},
    random_secret,
    user::{self, User},
};

/// The role that owns everything in the instance.
const ROLE: &str = "argosy";
/// How long a start may take: recovery after a crash reads the log again.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// How long a stop may take before it becomes a kill, after which the next start recovers.
const STOP_DEADLINE: Duration = Duration::from_secs(20);

/// A PostgreSQL instance of our own, listening on 127.0.0.1 only, with a password.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<User>,
    port: u16,
    password: SecretString,
    durable: bool,
    process: Option<Process>,
}

impl Postgres {
    /// Prepares an instance in `folder`, which keeps its data. Without `durable` a crash of the machine may cost data, as is
    /// right for tests alone; a crash of the server costs none either way.
    pub fn prepare(folder: &Path, port: u16, durable: bool) -> anyhow::Result<Self> {
        let programs = find::postgres_programs()?;
        let user = user::unprivileged()?;
        let folder = user::private_folder(folder, user)?;
        let password_file = folder.join("password");
        let data = folder.join("data");
        if !data.join("PG_VERSION").is_file() {
            std::fs::write(&password_file, random_secret())?;
            user::give(&password_file, user)?;
            run(
                user,
                Command::new(programs.join("initdb"))
                    .args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-instructions"])
                    .arg("--no-sync")
                    .arg(format!("--username={ROLE}"))
                    .arg(format!("--pwfile={}", password_file.display()))
                    .arg(format!("--pgdata={}", data.display())),
            )?;
        }
        let password = std::fs::read_to_string(&password_file)
            .with_context(|| format!("cannot read {}", password_file.display()))?
            .into();
        Ok(Self { programs, folder, user, port, password, durable, process: None })
    }

    /// Starts the server and waits until it takes connections.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        self.stop_leftover()?;
        let log = self.log();
        let mut arguments = vec!["-D".to_owned(), self.data().display().to_string()];
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
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"].map(Into::into));
        }
        for setting in settings {
            arguments.extend(["-c".into(), setting]);
        }
        let program = self.programs.join("postgres");
        let mut process = Process::start(Launch {
            name: "PostgreSQL".into(),
            program: &program,
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: Vec::new(),
            user: self.user,
            stop: StopSignal::Interrupt,
            log: &log,
        })?;
        let ready = self.programs.join("pg_isready");
        let port = self.port.to_string();
        wait_until_ready(&mut process, &log, START_DEADLINE, || {
            let mut check = tokio::process::Command::new(&ready);
            check.args(["--quiet", "--host=127.0.0.1", "--port", &port]);
            async move { check.status().await.is_ok_and(|status| status.success()) }
        })
        .await?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops the server: sessions end, data is written.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(mut process) => process.stop(STOP_DEADLINE).await,
            None => Ok(()),
        }
    }

    /// Kills the postmaster, as a crash would.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// The running server.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Where a database of this instance is reached.
    pub fn url(&self, database: &str) -> SecretString {
        format!("postgres://{ROLE}:{}@127.0.0.1:{}/{database}", self.password.expose_secret(), self.port).into()
    }

    /// The file of its log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Stops a server of this folder whose owner was killed before it could.
    fn stop_leftover(&self) -> anyhow::Result<()> {
        let pid_file = self.data().join("postmaster.pid");
        if !pid_file.exists() {
            return Ok(());
        }
        let stopped = run(
            self.user,
            Command::new(self.programs.join("pg_ctl"))
                .args(["stop", "--mode=fast", "--silent", "--timeout=20"])
                .arg(format!("--pgdata={}", self.data().display())),
        );
        if stopped.is_err() {
            // No such process: the file is what a crash left.
            let _ = std::fs::remove_file(pid_file);
        }
        Ok(())
    }
}

/// Runs a program to its end; its output is the error's where it fails.
fn run(user: Option<User>, command: &mut Command) -> anyhow::Result<()> {
    command.current_dir("/");
    if let Some(user) = user {
        command.gid(user.gid).uid(user.uid);
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        bail!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
