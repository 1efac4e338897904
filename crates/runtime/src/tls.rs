//! TLS as a client and as a server.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::Context as _;
use axum_server::tls_rustls::RustlsConfig;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio_util::sync::CancellationToken;

/// How often the server's files are looked at.
const RELOAD_INTERVAL: Duration = Duration::from_secs(2);

/// The files of a certificate.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate and its chain, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// A client that trusts the authorities of a PEM file, or the system's.
pub fn client_config(ca: Option<&Path>) -> anyhow::Result<ClientConfig> {
    Ok(client_builder()?.with_root_certificates(roots(ca)?).with_no_client_auth())
}

/// A client as [`client_config`]'s that shows a certificate of its own.
pub fn client_config_with_identity(ca: Option<&Path>, identity: &TlsFiles) -> anyhow::Result<ClientConfig> {
    let (chain, key) = identity.read()?;
    with_certificate(ca, chain, key)
        .with_context(|| format!("{} and its key do not fit", identity.certificate.display()))
}

/// The same, of PEM that is in no file: the certificate with its chain, and its private key.
pub fn client_config_with_pem(
    ca: Option<&Path>,
    certificate: &str,
    key: &str,
) -> anyhow::Result<ClientConfig> {
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).context("the private key is not PEM")?;
    with_certificate(ca, chain.context("the certificate is not PEM")?, key)
        .context("the certificate and its key do not fit")
}

fn with_certificate(
    ca: Option<&Path>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> anyhow::Result<ClientConfig> {
    Ok(client_builder()?.with_root_certificates(roots(ca)?).with_client_auth_cert(chain, key)?)
}

fn client_builder() -> anyhow::Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?)
}

/// The authorities of a PEM file, or the system's.
pub fn roots(ca: Option<&Path>) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca {
        for certificate in read_certificates(path)? {
            roots
                .add(certificate)
                .with_context(|| format!("{} holds no usable authority", path.display()))?;
        }
    } else {
        let (_, _ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    anyhow::ensure!(!roots.is_empty(), "there are no authorities to trust: name a PEM file of them");
    Ok(roots)
}

fn read_certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .with_context(|| format!("cannot read certificates from {}", path.display()))
}

impl TlsFiles {
    fn read(&self) -> anyhow::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .with_context(|| format!("cannot read a private key from {}", self.key.display()))?;
        Ok((read_certificates(&self.certificate)?, key))
    }

    fn modified(&self) -> Option<(SystemTime, SystemTime)> {
        let time = |path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        Some((time(&self.certificate)?, time(&self.key)?))
    }

    fn server_config(&self) -> anyhow::Result<ServerConfig> {
        let (chain, key) = self.read()?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .with_context(|| format!("{} and its key do not fit", self.certificate.display()))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// A server's configuration that follows its files until `shutdown`; while new files are not usable the old ones serve.
pub fn server_config(files: TlsFiles, shutdown: CancellationToken) -> anyhow::Result<RustlsConfig> {
    let config = RustlsConfig::from_config(Arc::new(files.server_config()?));
    let reloaded = config.clone();
    tokio::spawn(async move {
        let mut seen = files.modified();
        while tokio::time::timeout(RELOAD_INTERVAL, shutdown.cancelled()).await.is_err() {
            let modified = files.modified();
            if modified.is_none() || modified == seen {
                continue;
            }
            match files.server_config() {
                Ok(new) => {
                    reloaded.reload_from_config(Arc::new(new));
                    seen = modified;
                    tracing::info!("The server's certificate was read again.");
                }
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "The new certificate is not usable.");
                }
            }
        }
    });
    Ok(config)
}
