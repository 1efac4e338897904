//! Whether a Docker engine answers, and containers that do not outlive the test process.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpStream, UnixStream},
    sync::OnceCell,
};

/// How long the engine may take to answer.
const DEADLINE: Duration = Duration::from_secs(2);

/// Whether a Docker engine answers; asked once.
pub async fn answers() -> bool {
    static ANSWERS: OnceCell<bool> = OnceCell::const_new();
    *ANSWERS.get_or_init(async || tokio::time::timeout(DEADLINE, ask_all()).await.unwrap_or(false)).await
}

async fn ask_all() -> bool {
    if let Ok(host) = std::env::var("DOCKER_HOST") {
        return ask_host(&host).await;
    }
    for socket in sockets() {
        if let Ok(stream) = UnixStream::connect(socket).await
            && ping(stream).await.unwrap_or(false)
        {
            return true;
        }
    }
    false
}

async fn ask_host(host: &str) -> bool {
    if let Some(path) = host.strip_prefix("unix://") {
        return match UnixStream::connect(path).await {
            Ok(stream) => ping(stream).await.unwrap_or(false),
            Err(_) => false,
        };
    }
    // An engine behind TLS or SSH: that something listens has to be enough.
    let address = host.split_once("://").map_or(host, |(_, address)| address);
    TcpStream::connect(address).await.is_ok()
}

/// Where engines listen, as testcontainers looks for them.
fn sockets() -> Vec<PathBuf> {
    let mut sockets = vec![PathBuf::from("/var/run/docker.sock")];
    if let Some(folder) = std::env::var_os("XDG_RUNTIME_DIR") {
        sockets.push(PathBuf::from(folder).join(".docker/run/docker.sock"));
    }
    if let Some(home) = std::env::var_os("HOME") {
        sockets.push(PathBuf::from(&home).join(".docker/run/docker.sock"));
        sockets.push(PathBuf::from(&home).join(".docker/desktop/docker.sock"));
    }
    sockets
}

async fn ping(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<bool> {
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n").await?;
    let mut answer = [0_u8; 12];
    stream.read_exact(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.") && answer.ends_with(b" 200"))
}

/// Removes the container when this process has ended, however it did: values that live as long as the process are never
/// dropped. Needs the `docker` command; without it the container is the machine's owner's to remove.
pub(crate) fn remove_with_this_process(id: &str) -> Option<Child> {
    Command::new("/bin/sh")
        .args(["-c", "read -r _; exec docker rm --force --volumes \"$0\"", id])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_silent_socket_is_no_engine() {
        let (mine, theirs) = tokio::io::duplex(64);
        drop(theirs);
        assert!(!ping(mine).await.unwrap_or(false));
    }

    #[tokio::test]
    async fn an_engine_says_ok() {
        let (mine, mut theirs) = tokio::io::duplex(256);
        theirs.write_all(b"HTTP/1.0 200 OK\r\n\r\nOK").await.unwrap();
        assert!(ping(mine).await.unwrap());
    }
}
