//! A private Redis or Valkey.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    find,
    process::{Launch, Process, StopSignal, wait_until_ready},
    random_secret,
    user::{self, User},
};

const START_DEADLINE: Duration = Duration::from_secs(10);
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// A Redis of our own, with a password, listening on 127.0.0.1 only. It keeps nothing on disk: Argosy loses nothing with it.
#[derive(Debug)]
pub struct Redis {
    program: PathBuf,
    folder: PathBuf,
    user: Option<User>,
    port: u16,
    password: String,
    process: Option<Process>,
}

impl Redis {
    /// Prepares an instance.
    pub fn prepare(folder: &Path, port: u16) -> anyhow::Result<Self> {
        let program = find::program(&["valkey-server", "redis-server"], "valkey or redis-server")?;
        let user = user::unprivileged()?;
        let folder = user::private_folder(folder, user)?;
        let password = random_secret();
        // In a file, since a process list shows arguments to everybody.
        let configuration = format!(
            "bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave \"\"\nappendonly no\nmaxmemory 256mb\n\
             maxmemory-policy allkeys-lru\n"
        );
        let file = folder.join("redis.conf");
        std::fs::write(&file, configuration)?;
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        user::give(&file, user)?;
        Ok(Self { program, folder, user, port, password, process: None })
    }

    /// Starts the server and waits until it answers.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let log = self.log();
        let arguments = [
            self.folder.join("redis.conf").into_os_string(),
            "--dir".into(),
            self.folder.clone().into_os_string(),
        ];
        let mut process = Process::start(Launch {
            name: "Redis".into(),
            program: &self.program,
            arguments: arguments.into(),
            environment: Vec::new(),
            user: self.user,
            stop: StopSignal::Terminate,
            log: &log,
        })?;
        let port = self.port;
        wait_until_ready(&mut process, &log, START_DEADLINE, || answers(port)).await?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops the server.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(mut process) => process.stop(STOP_DEADLINE).await,
            None => Ok(()),
        }
    }

    /// The running server.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Where it is reached.
    pub fn url(&self) -> SecretString {
        format!("redis://:{}@127.0.0.1:{}", self.password, self.port).into()
    }

    /// The file of its log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

/// Whether Redis answers at all: without the password, that is an error of its own.
async fn answers(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut answer = [0_u8; 8];
        stream.read(&mut answer).await.map(|length| answer[..length].starts_with(b"-NOAUTH"))
    };
    matches!(tokio::time::timeout(Duration::from_secs(1), ask).await, Ok(Ok(true)))
}
