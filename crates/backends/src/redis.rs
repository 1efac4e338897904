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

/// The user of one that listens by TLS.
const USER: &str = "argosy";
const STOP_GRACE: Duration = Duration::from_secs(5);

/// A Redis of our own, with a password, listening on 127.0.0.1 only. It keeps nothing on disk: Argosy loses nothing with it.
#[derive(Debug)]
pub struct Redis {
    program: PathBuf,
    port: u16,
    password: String,
    has_tls: bool,
    server: Server,
}

/// The certificate of a Redis that listens by TLS alone.
#[derive(Debug, Clone)]
pub struct RedisTls {
    /// PEM of the certificate and its chain.
    pub certificate: String,
    /// PEM of its private key.
    pub key: String,
}

impl Redis {
    /// Prepares an instance.
    pub fn prepare(folder: &Path, port: u16) -> Result<Self, Error> {
        Self::of(folder, port, None)
    }

    /// Prepares one as clouds have it: by TLS alone, for a user of a name with a password, and for nobody else.
    pub fn prepare_with_tls(folder: &Path, port: u16, tls: &RedisTls) -> Result<Self, Error> {
        Self::of(folder, port, Some(tls))
    }

    fn of(folder: &Path, port: u16, tls: Option<&RedisTls>) -> Result<Self, Error> {
        let program = find::program(&["valkey-server", "redis-server"], "valkey or redis-server")?;
        let folder = Folder::open(folder)?;
        let password = random_secret();
        let access = match tls {
            None => format!("port {port}\nrequirepass {password}\n"),
            Some(tls) => {
                folder.write("certificate.pem", &tls.certificate)?;
                folder.write("key.pem", &tls.key)?;
                format!(
                    "port 0\ntls-port {port}\ntls-auth-clients no\ntls-cert-file {}\ntls-key-file {}\n\
                     user default off\nuser {USER} on >{password} ~* &* +@all\n",
                    folder.file("certificate.pem").display(),
                    folder.file("key.pem").display(),
                )
            }
        };
        // In a file, since a process list shows arguments to everybody.
        folder.write(
            "redis.conf",
            &format!(
                "bind 127.0.0.1\n{access}save \"\"\nappendonly no\nmaxmemory 256mb\n\
                 maxmemory-policy allkeys-lru\ndatabases 1024\n"
            ),
        )?;
        let server = Server::new("Redis", folder, StopSignal::Terminate, STOP_GRACE);
        Ok(Self { program, port, password, has_tls: tls.is_some(), server })
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
        let (port, has_tls) = (self.port, self.has_tls);
        let ports = [(Ipv4Addr::LOCALHOST, port)];
        self.server.launch(&self.program, arguments, &ports, || answers(port, has_tls)).await
    }

    /// Where it is reached; `/1` to `/1023` after it name other databases.
    pub fn url(&self) -> SecretString {
        let (scheme, user) = if self.has_tls { ("rediss", USER) } else { ("redis", "") };
        format!("{scheme}://{user}:{}@127.0.0.1:{}", self.password, self.port).into()
    }
}

/// Whether Redis answers at all: without the password, that is an error of its own. By TLS it is enough that it listens, which it does when
/// it is ready.
async fn answers(port: u16, has_tls: bool) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        if has_tls {
            return Ok(true);
        }
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
