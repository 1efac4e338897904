//! Runs programs: no shell, no terminal, nothing that waits for ever.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};

use crate::Error;

/// How long a program may take that has to be built first.
const BUILD_TIMEOUT: Duration = Duration::from_mins(15);

/// What a program printed, and whether it succeeded.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) is_success: bool,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// A program and where to get it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) try_this: &'static str,
}

impl Program {
    /// Its file in PATH.
    pub(crate) fn in_path(self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(self.name)).find(|file| file.is_file())
    }

    /// A call of this file, or else of what a repository brings.
    pub(crate) fn call(self, file: Option<&Path>, root: &Path) -> Option<Call> {
        file.map(|file| Call::new(self).executable(file)).or_else(|| self.brought_by(root))
    }

    /// A call of the program that a repository brings, where its `scripts/tool` knows it; that may have to build it first.
    fn brought_by(self, root: &Path) -> Option<Call> {
        let tool = root.join("scripts/tool");
        let is_known = std::fs::read_to_string(&tool).is_ok_and(|text| text.contains(self.name));
        is_known.then(|| Call { is_named: true, ..Call::new(self).executable(&tool).timeout(BUILD_TIMEOUT) })
    }
}

/// What a program is started with.
#[derive(Debug)]
pub(crate) struct Call {
    program: Program,
    executable: OsString,
    /// Whether what is started is told the program's name, as `scripts/tool` is.
    is_named: bool,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
    input: Option<Vec<u8>>,
    timeout: Duration,
}

impl Call {
    /// A call of the program in PATH, which has a minute.
    pub(crate) fn new(program: Program) -> Self {
        Self {
            program,
            executable: program.name.into(),
            is_named: false,
            arguments: Vec::new(),
            environment: Vec::new(),
            input: None,
            timeout: Duration::from_mins(1),
        }
    }

    /// Another file than that in PATH.
    fn executable(mut self, path: &Path) -> Self {
        self.executable = path.into();
        self
    }

    pub(crate) fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The program and its arguments, for messages.
    pub(crate) fn words(&self) -> String {
        let arguments = self.arguments.iter().map(|argument| argument.to_string_lossy());
        std::iter::once(self.program.name.into()).chain(arguments).collect::<Vec<_>>().join(" ")
    }

    /// Runs it in a folder, and waits for its end; an unsuccessful end is no error yet.
    pub(crate) async fn finish(self, folder: &Path) -> Result<Finished, Error> {
        let words = self.words();
        let cannot_start = |error: std::io::Error| Error::NoProgram {
            program: self.program.name,
            reason: error.to_string(),
            try_this: self.program.try_this,
        };
        let mut child = Command::new(&self.executable)
            .args(self.is_named.then_some(self.program.name))
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(cannot_start)?;
        let stdin = child.stdin.take();
        let input = self.input.unwrap_or_default();
        // Both at once: a program that prints while it reads would wait for us, and we for it.
        let write = async move {
            if let Some(mut stdin) = stdin {
                // A program that ends before it has read everything says why by its exit code.
                let _ = stdin.write_all(&input).await;
            }
        };
        let both = async { tokio::join!(write, child.wait_with_output()).1 };
        let output = timeout(self.timeout, both)
            .await
            .map_err(|_| Error::TimedOut { command: words.clone(), after: self.timeout })?
            .map_err(|error| Error::Program { command: words, says: error.to_string() })?;
        Ok(Finished {
            is_success: output.status.success(),
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Runs it, and takes what it printed; fails where it fails.
    pub(crate) async fn output(self, folder: &Path) -> Result<Vec<u8>, Error> {
        let words = self.words();
        let finished = self.finish(folder).await?;
        if finished.is_success {
            return Ok(finished.stdout);
        }
        Err(Error::Program { command: words, says: finished.stderr })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAT: Program = Program { name: "cat", try_this: "" };

    #[tokio::test]
    async fn much_goes_in_and_comes_out() {
        let input = vec![b'x'; 1 << 20];
        assert_eq!(Call::new(CAT).input(input.clone()).output(".".as_ref()).await.unwrap(), input);
    }

    #[test]
    fn what_a_repository_does_not_bring_is_not_called() {
        let root = tempfile::TempDir::new().unwrap();
        assert!(CAT.brought_by(root.path()).is_none());
        std::fs::create_dir(root.path().join("scripts")).unwrap();
        std::fs::write(root.path().join("scripts/tool"), "case $1 in dog) ;; esac").unwrap();
        assert!(CAT.brought_by(root.path()).is_none());
        std::fs::write(root.path().join("scripts/tool"), "case $1 in cat) ;; esac").unwrap();
        assert_eq!(CAT.brought_by(root.path()).unwrap().words(), "cat");
    }

    #[tokio::test]
    async fn what_does_not_end_is_stopped() {
        let sleep = Program { name: "sleep", try_this: "" };
        let call = Call::new(sleep).argument("60").timeout(Duration::from_millis(20));
        assert!(matches!(call.output(".".as_ref()).await, Err(Error::TimedOut { .. })));
    }

    #[tokio::test]
    async fn a_missing_program_says_where_it_comes_from() {
        let missing = Program { name: "argosy-has-no-such-program", try_this: "Install it." };
        let error = Call::new(missing).output(".".as_ref()).await.unwrap_err().to_string();
        assert!(error.ends_with("Install it."), "{error}");
    }
}
