//! Runs programs: no terminal, nothing that waits for ever.

use std::{ffi::OsStr, path::Path, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

use crate::Error;

/// What a program said.
#[derive(Debug)]
pub(crate) struct Said {
    command: String,
    pub(crate) is_success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program in a folder to its end; that it fails is no error yet. `hint` is what to do where it cannot be run.
pub(crate) async fn run<A: AsRef<OsStr>>(
    root: &Path,
    program: &Path,
    arguments: &[A],
    patience: Duration,
    hint: &'static str,
) -> Result<Said, Error> {
    let words = arguments.iter().map(|argument| argument.as_ref().to_string_lossy());
    let name = program.strip_prefix(root).unwrap_or(program).to_string_lossy();
    let command = std::iter::once(name).chain(words).collect::<Vec<_>>().join(" ");
    let fail = |says: String| Error::Program { command: command.clone(), says, hint };
    let child = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(patience, child)
        .await
        .map_err(|_| fail(format!("it did not end within {} s", patience.as_secs())))?
        .map_err(|error| fail(error.to_string()))?;
    Ok(Said {
        is_success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        command,
    })
}

impl Said {
    /// What it printed, if it succeeded.
    pub(crate) fn expect(self, hint: &'static str) -> Result<String, Error> {
        if self.is_success {
            return Ok(self.stdout);
        }
        Err(Error::Program { command: self.command, says: self.stderr.trim().to_owned(), hint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_fails_says_so_in_its_own_words() {
        let shell = |script: &'static str, patience: u64| async move {
            let patience = Duration::from_millis(patience);
            run(Path::new("."), Path::new("sh"), &["-c", script], patience, "Try this").await
        };
        assert_eq!(shell("echo here", 5000).await.unwrap().expect("").unwrap(), "here\n");
        let error = shell("echo broken >&2; exit 3", 5000).await.unwrap().expect("Mend it").unwrap_err();
        assert!(error.to_string().ends_with("failed: broken\nMend it"), "{error}");
        assert!(shell("sleep 60", 20).await.unwrap_err().to_string().contains("did not end within"));
        let missing = Path::new("argosy-has-no-such-program");
        let error =
            run(Path::new("."), missing, &["x"], Duration::from_secs(5), "Try this").await.unwrap_err();
        assert!(error.to_string().contains("Try this"), "{error}");
    }
}
