//! Runs a program that prepares something, to its end.

use std::{process::Stdio, time::Duration};

use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::{Error, error::Doing as _, user::User};

/// How long it may take: initdb on a slow disk.
const DEADLINE: Duration = Duration::from_mins(2);

/// Runs it with `input`; what it says is the error's where it fails.
pub(crate) async fn run(user: Option<User>, command: &mut Command, input: &str) -> Result<(), Error> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    command.current_dir("/").kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(user) = user {
        command.gid(user.gid).uid(user.uid);
    }
    let work = async {
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        child.wait_with_output().await
    };
    let output = match tokio::time::timeout(DEADLINE, work).await {
        Ok(output) => output.doing(|| format!("run {program}"))?,
        Err(_elapsed) => {
            let output = format!("it did not end within {} s", DEADLINE.as_secs());
            return Err(Error::Failed { program, output });
        }
    };
    if output.status.success() {
        return Ok(());
    }
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stdout));
    Err(Error::Failed { program, output: text.trim().to_owned() })
}
