//! A client in a process of its own: this program again, as `publish` or `subscribe`.

use std::process::Stdio;

use anyhow::Context as _;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    sync::watch,
};

/// A running client. It ends when this is dropped.
pub(crate) struct Client {
    _child: Child,
    stdin: ChildStdin,
    lines: watch::Receiver<String>,
    id: i32,
}

impl Client {
    /// Starts this program with these arguments.
    pub(crate) fn start<S: AsRef<str>>(arguments: impl IntoIterator<Item = S>) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments.into_iter().map(|argument| argument.as_ref().to_owned()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a client cannot be started")?;
        let id = i32::try_from(child.id().unwrap_or_default())?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (stdin, stdout) = stdin.zip(stdout).context("a client has no pipes")?;
        let (sender, lines) = watch::channel(String::new());
        tokio::spawn(async move {
            let mut reader = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = reader.next_line().await {
                sender.send_replace(line);
            }
        });
        Ok(Self { _child: child, stdin, lines, id })
    }

    /// Starts devices that publish to this port.
    pub(crate) fn publishers(port: u16, devices: u32, more: &[String]) -> anyhow::Result<Self> {
        let arguments = ["publish".into(), format!("--port={port}"), format!("--devices={devices}")];
        Self::start(arguments.iter().chain(more))
    }

    /// Its process.
    pub(crate) fn id(&self) -> i32 {
        self.id
    }

    /// Tells it how many messages it may have sent in all.
    pub(crate) async fn allow(&mut self, messages: u64) -> anyhow::Result<()> {
        self.stdin.write_all(format!("{messages}\n").as_bytes()).await.context("a client has ended")
    }

    /// The number at `position` of what it told last.
    pub(crate) fn told(&self, position: usize) -> u64 {
        let line = self.lines.borrow();
        line.split(' ').nth(position).and_then(|word| word.parse().ok()).unwrap_or(0)
    }
}
