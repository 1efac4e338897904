//! Options that services share. Every flag is a variable too; every secret may stand in a file instead.

use std::{net::SocketAddr, path::PathBuf};

use secrecy::SecretString;
use url::Url;

use crate::tls::TlsFiles;

/// Configuration that cannot be used. The process exits with 64 (`EX_USAGE`).
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither the variable nor its file is given.
    #[error("{name} is not set: set it, or {name}_FILE to a file that holds it")]
    Missing {
        /// The variable.
        name: &'static str,
    },
    /// Both are given.
    #[error("{name} and {name}_FILE are both set: unset one")]
    Ambiguous {
        /// The variable.
        name: &'static str,
    },
    /// The file cannot be read.
    #[error("{name}_FILE names {}, which cannot be read: {source}", path.display())]
    Unreadable {
        /// The variable.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The value is not what the variable takes.
    #[error("{name} is not valid: {problem}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

/// The secret `name`, given by itself or by a file; a line feed at the file's end is not part of it.
pub fn secret_from(
    value: Option<SecretString>,
    file: Option<PathBuf>,
    name: &'static str,
) -> Result<SecretString, ConfigError> {
    match (value, file) {
        (Some(_), Some(_)) => Err(ConfigError::Ambiguous { name }),
        (None, None) => Err(ConfigError::Missing { name }),
        (Some(value), None) => Ok(value),
        (None, Some(path)) => match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim_end_matches(['\n', '\r']).into()),
            Err(source) => Err(ConfigError::Unreadable { name, path, source }),
        },
    }
}

/// How the process tells what it does.
#[derive(Debug, Clone, clap::Args)]
pub struct LogConfig {
    /// What is logged: a level, or a filter such as info,sqlx=warn
    #[arg(long, env = "ARGOSY_LOG", default_value = "info", global = true)]
    pub log: String,
    /// Form of the log on stderr; auto is text on a terminal and JSON elsewhere
    #[arg(long, env = "ARGOSY_LOG_FORMAT", value_enum, default_value_t = LogFormat::Auto, global = true)]
    pub log_format: LogFormat,
    /// Where traces are sent by OTLP over HTTP, such as http://collector:4318/v1/traces; nowhere where it is not set
    #[arg(long, env = "ARGOSY_OTLP_ENDPOINT", global = true)]
    pub otlp_endpoint: Option<Url>,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// Where a service listens.
#[derive(Debug, Clone, clap::Args)]
pub struct ListenConfig {
    /// Address to listen on
    #[arg(long, env = "ARGOSY_LISTEN", default_value = "127.0.0.1:8444")]
    pub listen: SocketAddr,
    /// PEM file of the server's certificate and its chain; plain HTTP without it
    #[arg(long, env = "ARGOSY_TLS_CERTIFICATE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file of the certificate's private key
    #[arg(long, env = "ARGOSY_TLS_KEY", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Seconds that requests under way have to end when the service stops
    #[arg(long, env = "ARGOSY_DRAIN_SECONDS", default_value_t = 20)]
    pub drain_seconds: u64,
}

impl ListenConfig {
    /// The certificate's files, where HTTPS is served.
    pub fn tls(&self) -> Result<Option<TlsFiles>, ConfigError> {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Ok(Some(TlsFiles { certificate: certificate.clone(), key: key.clone() }))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(ConfigError::Missing { name: "ARGOSY_TLS_KEY" }),
            (None, Some(_)) => Err(ConfigError::Missing { name: "ARGOSY_TLS_CERTIFICATE" }),
        }
    }
}

/// Where health and metrics are served, apart from the service itself.
#[derive(Debug, Clone, clap::Args)]
pub struct AdminConfig {
    /// Address of /livez, /readyz and /metrics; port 0 takes a free one, which the log names
    #[arg(long, env = "ARGOSY_ADMIN_LISTEN", default_value = "127.0.0.1:0")]
    pub admin_listen: SocketAddr,
    /// Ask the service that runs here whether it is ready, and end with 0 or 1: for health checks of containers that have no shell
    #[arg(long)]
    pub healthy: bool,
}

/// How to reach the API.
#[derive(Debug, Clone, clap::Args)]
pub struct ApiClientConfig {
    /// Address of the API, such as https://localhost:8444
    #[arg(long, env = "ARGOSY_API_URL")]
    pub api_url: Url,
    /// PEM file of the authorities that may have signed the API's certificate; the system's where it is not set
    #[arg(long, env = "ARGOSY_API_CA")]
    pub api_ca: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_secret_comes_from_one_place() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        std::fs::write(&file, "from the file\n").unwrap();
        let given = || Some(SecretString::from("given"));
        let exposed =
            |secret: Result<SecretString, _>| secret.map(|secret| secret.expose_secret().to_owned());
        assert_eq!(exposed(secret_from(given(), None, "X")).unwrap(), "given");
        assert_eq!(exposed(secret_from(None, Some(file.clone()), "X")).unwrap(), "from the file");
        let both = secret_from(given(), Some(file), "X").unwrap_err().to_string();
        assert_eq!(both, "X and X_FILE are both set: unset one");
        let none = secret_from(None, None, "X").unwrap_err().to_string();
        assert_eq!(none, "X is not set: set it, or X_FILE to a file that holds it");
        let lost = secret_from(None, Some(directory.path().join("none")), "X").unwrap_err().to_string();
        assert!(lost.starts_with("X_FILE names"), "{lost}");
    }
}
