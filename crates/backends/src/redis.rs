//! A private Redis or Valkey.

use std::{
    net::Ipv4Addr,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{Error, Server, StopSignal, find, folder::Folder, random_secret};

const STOP_GRACE: Duration = Duration::from_secs(5);

/// A Redis of our own, with a password, listening on 127.0.0.1 only. It keeps nothing on disk: Argosy loses nothing with it.
#[derive(Debug)]
pub struct Redis {
    program: PathBuf,
    port: u16,
    password: String,
    server: Server,
}

impl Redis {
    /// Prepares an instance.
    pub fn prepare(folder: &Path, port: u16) -> Result<Self, Error> {
        let program = find::program(&["valkey-server", "redis-server"], "valkey or redis-server")?;
        let folder = Folder::open(folder)?;
        let password = random_secret();
        // In a file, since a process list shows arguments to everybody.
        folder.write(
            "redis.conf",
            &format!(
                "bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave \"\"\nappendonly no\nmaxmemory 256mb\n\
                 maxmemory-policy allkeys-lru\ndatabases 1024\n"
            ),
        )?;
        let server = Server::new("Redis", folder, StopSignal::Terminate, STOP_GRACE);
        Ok(Self { program, port, password, server })
    }

    /// Removes the folder when this is dropped, or when this process is killed.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.server.set_temporary();
        self
    }

    /// Starts the server and waits until it answers.
    pub async fn start(&mut self) -> Result<(), Error> {
        let arguments = vec![
            self.server.files().file("redis.conf").into_os_string(),
            "--dir".into(),
            self.server.folder().as_os_str().to_owned(),
        ];
        let port = self.port;
        let ports = [(Ipv4Addr::LOCALHOST, port)];
        self.server.launch(&self.program, arguments, &ports, || answers(port)).await
    }

    /// Where it is reached; `/1` to `/1023` after it name other databases.
    pub fn url(&self) -> SecretString {
        format!("redis://:{}@127.0.0.1:{}", self.password, self.port).into()
    }
}

/// Whether Redis answers at all: without the password, that is an error of its own.
async fn answers(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut answer = [0_u8; 7];
        stream.read_exact(&mut answer).await.map(|_| &answer == b"-NOAUTH")
    };
    matches!(tokio::time::timeout(Duration::from_secs(1), ask).await, Ok(Ok(true)))
}

/// Stop, kill, pause and the rest are the same for every server.
impl Deref for Redis {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Redis {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}
