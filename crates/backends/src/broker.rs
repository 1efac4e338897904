//! A private Mosquitto.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use tokio::net::TcpStream;

use crate::{
    find,
    process::{Launch, Process, StopSignal, wait_until_ready},
    user::{self, User},
};

const START_DEADLINE: Duration = Duration::from_secs(15);
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// Messages that the broker keeps for a session that is away, as ingest's is when it restarts: at 1,000 messages a second
/// an outage of half an hour. What comes beyond is lost, because MQTT has no way to refuse it.
const MAX_QUEUED_MESSAGES: u32 = 2_000_000;
/// The largest packet that is taken from a device: above the 64 KiB that are stored, so that an oversize message becomes a
/// dead letter instead of a broken connection.
const MAX_PACKET_BYTES: u32 = 1_048_576;

/// Who may do what. `%u` is the user's name, which a device's certificate gives as `fleet/device`.
const ACCESS: &str = "\
user ingest
topic read v1/#
topic write v1/+/+/receipt

pattern write v1/%u/telemetry
pattern write v1/%u/status
pattern write v1/%u/command/+/result
pattern read v1/%u/command/+
pattern read v1/%u/receipt
";

/// Certificates of the TLS listener.
#[derive(Debug, Clone)]
pub struct BrokerTls {
    /// PEM of the authorities that sign clients.
    pub client_ca: String,
    /// PEM of the server's certificate and chain.
    pub certificate: String,
    /// PEM of its private key.
    pub key: String,
    /// PEM of the list of revoked client certificates, where there is one.
    pub revoked: Option<String>,
}

/// Which listeners the broker has.
#[derive(Debug, Clone, Default)]
pub struct BrokerOptions {
    /// MQTT over TLS on every interface, where clients show certificates.
    pub tls: Option<(u16, BrokerTls)>,
    /// Plain MQTT on 127.0.0.1 without identities: for tests and benchmarks alone.
    pub plain: Option<u16>,
}

/// A Mosquitto of our own.
#[derive(Debug)]
pub struct Broker {
    program: PathBuf,
    folder: PathBuf,
    user: Option<User>,
    port: u16,
    process: Option<Process>,
}

impl Broker {
    /// Prepares an instance in `folder`, which keeps sessions and retained messages.
    pub fn prepare(folder: &Path, options: &BrokerOptions) -> anyhow::Result<Self> {
        let program = find::program(&["mosquitto"], "mosquitto")?;
        let user = user::unprivileged()?;
        let folder = user::private_folder(folder, user)?;
        let broker = Self {
            program,
            user,
            port: options
                .tls
                .as_ref()
                .map(|(port, _)| *port)
                .or(options.plain)
                .context("the broker needs a listener")?,
            folder,
            process: None,
        };
        broker.write("acl", ACCESS)?;
        let configuration = broker.configuration(options)?;
        broker.write("mosquitto.conf", &configuration)?;
        Ok(broker)
    }

    fn configuration(&self, options: &BrokerOptions) -> anyhow::Result<String> {
        let folder = self.folder.display();
        let mut text = format!(
            "per_listener_settings true\n\
             persistence true\npersistence_location {folder}/\nautosave_interval 10\n\
             max_queued_messages {MAX_QUEUED_MESSAGES}\nmax_queued_bytes 0\nmax_inflight_messages 0\n\
             max_packet_size {MAX_PACKET_BYTES}\nmessage_size_limit 0\n\
             log_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\nconnection_messages false\n"
        );
        if let Some((port, tls)) = &options.tls {
            self.write("client-ca.pem", &tls.client_ca)?;
            self.write("certificate.pem", &tls.certificate)?;
            self.write("key.pem", &tls.key)?;
            write!(
                text,
                "\nlistener {port}\nallow_anonymous false\nrequire_certificate true\nuse_identity_as_username true\n\
                 cafile {folder}/client-ca.pem\ncertfile {folder}/certificate.pem\nkeyfile {folder}/key.pem\n\
                 tls_version tlsv1.2\nacl_file {folder}/acl\n"
            )?;
            if let Some(revoked) = &tls.revoked {
                self.write("revoked.pem", revoked)?;
                writeln!(text, "crlfile {folder}/revoked.pem")?;
            }
        }
        if let Some(port) = options.plain {
            write!(text, "\nlistener {port} 127.0.0.1\nallow_anonymous true\n")?;
        }
        Ok(text)
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        user::give(&path, self.user)
    }

    /// Starts the broker and waits until it takes connections.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let log = self.log();
        let arguments = ["-c".into(), self.folder.join("mosquitto.conf").into_os_string()];
        let mut process = Process::start(Launch {
            name: "Mosquitto".into(),
            program: &self.program,
            arguments: arguments.into(),
            environment: Vec::new(),
            user: self.user,
            stop: StopSignal::Terminate,
            log: &log,
        })?;
        let port = self.port;
        let ready = || async move { TcpStream::connect(("127.0.0.1", port)).await.is_ok() };
        wait_until_ready(&mut process, &log, START_DEADLINE, ready).await?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops the broker, which writes its sessions to disk.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(mut process) => process.stop(STOP_DEADLINE).await,
            None => Ok(()),
        }
    }

    /// Kills the broker, as a crash would: what it acknowledged since its last snapshot is lost.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// The running server.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// The file of its log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}
