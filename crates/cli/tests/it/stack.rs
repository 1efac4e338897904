//! A stack of its own folder and ports, in the background.

use std::{
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use argosy_client::Client;
use argosy_wire::FleetName;
use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection, postgres::PgRow};
use tempfile::TempDir;
use tokio::process::Command;

/// A running stack; it is stopped and forgotten when this is dropped.
pub(crate) struct Stack {
    folder: TempDir,
    pub(crate) webapp_port: u16,
    pub(crate) api_port: u16,
    pub(crate) mqtt_port: u16,
}

impl Stack {
    /// Starts one with these options.
    pub(crate) async fn start(options: &[&str]) -> Self {
        let stack = Self::new();
        stack.up(options).await;
        stack
    }

    /// One that does not run yet.
    pub(crate) fn new() -> Self {
        let port = || argosy_backends::free_port().unwrap();
        let folder = TempDir::new().unwrap();
        Self { folder, webapp_port: port(), api_port: port(), mqtt_port: port() }
    }

    /// Starts it, or fails with what it says.
    pub(crate) async fn up(&self, options: &[&str]) {
        let output = self.try_up(options).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) async fn try_up(&self, options: &[&str]) -> Output {
        let (webapp, api, mqtt) =
            (self.webapp_port.to_string(), self.api_port.to_string(), self.mqtt_port.to_string());
        let ports = ["--webapp-port", &webapp, "--api-port", &api, "--mqtt-port", &mqtt];
        self.argosy(&[&["up", "--detach"], options, &ports].concat()).await
    }

    /// Runs `argosy` on the stack's folder.
    pub(crate) async fn argosy(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_argosy"));
        command.arg("--folder").arg(self.path()).args(arguments).kill_on_drop(true);
        tokio::time::timeout(Duration::from_mins(3), command.output()).await.unwrap().unwrap()
    }

    /// What `argosy status --json` says.
    pub(crate) async fn status(&self) -> Value {
        serde_json::from_slice(&self.argosy(&["status", "--json"]).await.stdout).unwrap()
    }

    /// A part's line of the status.
    pub(crate) async fn part(&self, name: &str) -> Value {
        let status = self.status().await;
        let parts = status["parts"].as_array().unwrap();
        parts.iter().find(|part| part["name"] == name).unwrap_or_else(|| panic!("{name}: {status}")).clone()
    }

    /// The process of a part.
    async fn pid(&self, part: &str) -> Pid {
        let pid = self.part(part).await["pid"].as_i64().unwrap();
        Pid::from_raw(pid.try_into().unwrap()).unwrap()
    }

    /// Kills a part, as a crash would.
    pub(crate) async fn kill(&self, part: &str) {
        kill_process(self.pid(part).await, Signal::KILL).unwrap();
    }

    /// Lets PostgreSQL stand still for so long, with every one of its processes.
    pub(crate) async fn pause_postgres(&self, pause: Duration) {
        let postmaster = self.pid("postgres").await;
        let send = |name: &str, signal| {
            kill_process(postmaster, signal).unwrap();
            let parent = postmaster.as_raw_nonzero().to_string();
            let mut command = std::process::Command::new("pkill");
            assert!(command.args(["--signal", name, "--parent", &parent]).status().unwrap().success());
        };
        send("STOP", Signal::STOP);
        tokio::time::sleep(pause).await;
        send("CONT", Signal::CONT);
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(".argosy")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap()
    }

    /// A client of the API with the admin's token.
    pub(crate) fn client(&self) -> Client {
        let client = Client::builder(format!("https://localhost:{}", self.api_port).parse().unwrap())
            .ca_file(Some(self.file("ca.pem")))
            .bearer(SecretString::from(self.text("token").trim()))
            .build()
            .unwrap();
        client.with_fleet(Some(FleetName::try_from("demo".to_owned()).unwrap()))
    }

    /// The rows of a statement, asked of PostgreSQL itself.
    pub(crate) async fn sql(&self, statement: &'static str) -> Vec<PgRow> {
        let url = self.text("secrets/database-url");
        let mut connection = PgConnection::connect(url.trim()).await.unwrap();
        sqlx::query(statement).fetch_all(&mut connection).await.unwrap()
    }

    /// A program of the stack.
    pub(crate) fn program(name: &str) -> PathBuf {
        let path = Path::new(env!("CARGO_BIN_EXE_argosy")).with_file_name(name);
        assert!(path.is_file(), "{} is missing: run `cargo build --workspace` first", path.display());
        path
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_argosy"));
        let _ = command.arg("--folder").arg(self.path()).arg("down").output();
        // Where root runs it, folders of the servers are elsewhere, and linked.
        for server in ["postgres", "redis", "broker"] {
            let _ = std::fs::canonicalize(self.file(server)).map(std::fs::remove_dir_all);
        }
    }
}
