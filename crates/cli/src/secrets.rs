//! `argosy secrets`: what an installation in Kubernetes keeps secret, made where it is missing.
//!
//! For clusters that have nobody else to make it. Elsewhere secrets come from SOPS, External Secrets and cert-manager, under the
//! same names.

mod cluster;
mod folder;
mod make;
mod manifest;

use std::path::PathBuf;

use anyhow::Context as _;
use cluster::Cluster;
pub(crate) use make::random_hex;
use make::{Secrets, Wanted};

use crate::json;

/// Options of `argosy secrets`.
#[derive(Debug, Clone, clap::Args)]
pub struct SecretsOptions {
    /// Namespace of the services; within a cluster the pod's own unless it is given
    #[arg(long, env = "ARGOSY_NAMESPACE")]
    pub namespace: Option<String>,
    /// Make what is missing in the cluster that this runs in, instead of printing everything
    #[arg(long, conflicts_with = "into")]
    pub in_cluster: bool,
    /// Make what is missing in this folder, a folder a secret and a file a key, instead of printing everything
    #[arg(long)]
    pub into: Option<PathBuf>,
    /// Print one SopsSecret of sops-secrets-operator instead, for SOPS to encrypt
    #[arg(long, conflicts_with_all = ["into", "in_cluster"])]
    pub as_sops_secret: bool,
    /// Leave out certificates, where cert-manager makes them
    #[arg(long)]
    pub without_certificates: bool,
    /// One more service that serves by TLS, for a certificate of its own; may be given several times
    #[arg(long = "service")]
    pub services: Vec<String>,
    /// One more name or address of the pages, the API and the broker, for their certificates; may be given several times
    #[arg(long = "host")]
    pub hosts: Vec<String>,
}

/// Makes the secrets.
pub(crate) async fn run(options: SecretsOptions) -> anyhow::Result<()> {
    match &options.into {
        Some(folder) => {
            folder::complete(folder, &options.wanted(options.namespace.as_deref().unwrap_or("argosy")))
        }
        None if options.in_cluster => complete_cluster(&options).await,
        None => print(&options),
    }
}

impl SecretsOptions {
    fn wanted(&self, namespace: &str) -> Wanted {
        Wanted {
            namespace: namespace.to_owned(),
            services: self.services.clone(),
            hosts: self.hosts.clone(),
            certificates: !self.without_certificates,
        }
    }
}

/// Prints all of them as one object: a list that `kubectl apply` takes, or what SOPS encrypts.
fn print(options: &SecretsOptions) -> anyhow::Result<()> {
    let namespace = options.namespace.as_deref().unwrap_or("argosy");
    let secrets = make::missing(&Secrets::new(), &options.wanted(namespace))?;
    let object = if options.as_sops_secret {
        manifest::sops_secret(namespace, &secrets)
    } else {
        manifest::list(namespace, &secrets)
    };
    json::print(&mut std::io::stdout().lock(), &object)
}

async fn complete_cluster(options: &SecretsOptions) -> anyhow::Result<()> {
    let cluster = Cluster::of_this_pod(options.namespace.clone())?;
    let wanted = options.wanted(cluster.namespace());
    let mut existing = Secrets::new();
    for name in wanted.names() {
        if let Some(data) = cluster.read_secret(&name).await? {
            existing.insert(name, data);
        }
    }
    let missing = make::missing(&existing, &wanted)?;
    if missing.is_empty() {
        eprintln!("Nothing is missing in the namespace {}.", cluster.namespace());
    }
    for (name, data) in &missing {
        let replaces = existing.contains_key(name);
        cluster
            .write_secret(name, data, replaces)
            .await
            .with_context(|| format!("the secret {name} cannot be written"))?;
        eprintln!("{name} is {}.", if replaces { "renewed" } else { "made" });
    }
    Ok(())
}
