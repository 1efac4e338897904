//! What an installation needs before anybody can sign in: a fleet, an admin, and tokens. Running it again changes nothing
//! that is right already.

use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use argosy_wire::{
    FleetName,
    api::{fleet::CreateFleetRequest, user::Role},
};
use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;

use crate::{
    DatabaseConfig, SealConfig,
    auth::{Principal, secret},
    authorities, db,
    handlers::{fleets, users},
    passwords,
    seal::Seal,
    state::AppState,
};

/// What `argosy-api bootstrap` needs. Secrets are read from files, and made into files that do not exist.
#[derive(Debug, Clone, clap::Args)]
pub struct BootstrapOptions {
    /// PostgreSQL.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// The key that seals private keys.
    #[command(flatten)]
    pub seal: SealConfig,
    /// Fleet to create
    #[arg(long, default_value = "demo")]
    pub fleet: FleetName,
    /// Let the fleet create devices on their first message
    #[arg(long)]
    pub auto_register: bool,
    /// User to create who may do everything
    #[arg(long, default_value = "admin@localhost")]
    pub admin_email: String,
    /// File of the user's password
    #[arg(long)]
    pub admin_password_file: PathBuf,
    /// File of a token that may do everything
    #[arg(long)]
    pub token_file: PathBuf,
    /// File of a token that may store batches, for ingest
    #[arg(long)]
    pub ingest_token_file: Option<PathBuf>,
    /// File to write the certificate to that a broker must trust
    #[arg(long)]
    pub device_ca_file: Option<PathBuf>,
}

/// Creates what is missing.
pub async fn bootstrap(options: &BootstrapOptions) -> anyhow::Result<()> {
    let pool = db::connect(&options.database.url()?, options.database.database_connections)?;
    let state = AppState::new(pool.clone(), Seal::new(&options.seal.key()?)?, CancellationToken::new());
    create_fleet(&state, options).await?;
    create_admin(&pool, &options.admin_email, &options.admin_password_file).await?;
    let mut connection = pool.acquire().await?;
    let all = ["read", "write", "ingest", "admin"];
    create_token(&mut connection, "bootstrap admin", &all, &options.token_file).await?;
    if let Some(file) = &options.ingest_token_file {
        create_token(&mut connection, "bootstrap ingest", &["ingest"], file).await?;
    }
    if let Some(file) = &options.device_ca_file {
        let root = authorities::root(&mut connection, &state.seal).await?;
        std::fs::write(file, root.certificate_pem).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

async fn create_fleet(state: &AppState, options: &BootstrapOptions) -> anyhow::Result<()> {
    let mut connection = state.pool.acquire().await?;
    if db::fleets::find_fleet(&mut connection, &options.fleet).await?.is_none() {
        let request = CreateFleetRequest {
            name: options.fleet.clone(),
            auto_register: options.auto_register,
            retention_days: None,
            offline_after_seconds: None,
        };
        fleets::create(state, &Principal::system(), &request).await?;
    }
    Ok(())
}

async fn create_admin(pool: &PgPool, email: &str, file: &Path) -> anyhow::Result<()> {
    let email = users::check_email(email)?;
    let password = read_or_make(file, || secret::generate("")[..24].to_owned())?;
    passwords::check(&password)?;
    let mut connection = pool.acquire().await?;
    match db::users::find_password(&mut connection, &email).await? {
        Some((id, hash)) => {
            if !passwords::verify(password.clone(), Some(hash)).await? {
                let hash = passwords::hash(password).await?;
                db::users::update_user(&mut connection, id, Some(&hash), Some(Role::Admin.as_str())).await?;
            }
        }
        None => {
            let hash = passwords::hash(password).await?;
            db::users::insert_user(&mut connection, &email, &hash, Role::Admin.as_str(), None).await?;
        }
    }
    Ok(())
}

async fn create_token(
    connection: &mut PgConnection,
    name: &str,
    scopes: &[&str],
    file: &Path,
) -> anyhow::Result<()> {
    let bearer = read_or_make(file, || secret::generate(secret::TOKEN_PREFIX))?;
    let hash = secret::hash(&bearer);
    if db::tokens::find_principal(connection, &hash).await?.is_none() {
        db::tokens::insert_token(connection, name, &hash, scopes, None, None).await?;
    }
    Ok(())
}

/// The secret of a file; a new one, in a new file that only its owner can read, where there is none.
fn read_or_make(file: &Path, make: impl FnOnce() -> String) -> anyhow::Result<String> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text.trim_end().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = make();
            let mut options = std::fs::OpenOptions::new();
            let mut created = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file)
                .with_context(|| format!("cannot create {}", file.display()))?;
            writeln!(created, "{secret}")?;
            Ok(secret)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}
