//! The program itself.

use std::process::Stdio;

use tokio::process::{Child, Command};

/// A running `argosy-simulator`. Dropped, it is killed.
pub(crate) struct Simulator {
    child: Child,
}

/// How it ended.
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Simulator {
    /// Starts it with nothing in its environment.
    pub(crate) fn start(arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_argosy-simulator"))
            .args(arguments)
            .env_clear()
            .env("ARGOSY_LOG_FORMAT", "text")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child }
    }

    /// Runs it to its end.
    pub(crate) async fn run(arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Output {
        Self::start(arguments).end().await
    }

    /// SIGTERM.
    pub(crate) async fn terminate(&self) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }

    /// SIGKILL.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits for its end.
    pub(crate) async fn end(self) -> Output {
        let output = tokio::time::timeout(super::DEADLINE, self.child.wait_with_output()).await;
        let output = output.expect("the simulator does not end").unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Output { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}
