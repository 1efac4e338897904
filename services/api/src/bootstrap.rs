//! What an installation needs before anybody can sign in: a fleet, an admin, and tokens. Running it again changes nothing
//! that is right already.

mod service_token;

use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use argosy_wire::{
    FleetName,
    api::{fleet::CreateFleetRequest, token::Scope, user::Role},
};
use clap::ArgAction;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    DatabaseConfig, SealConfig, audit,
    auth::{Principal, secret},
    authorities, db,
    handlers::{fleets, users},
    passwords,
    seal::Seal,
};

pub use service_token::ServiceToken;

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
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = ArgAction::Set)]
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
    /// A token of a service: NAME:SCOPE,SCOPE:FILE; may be given several times
    #[arg(long = "token")]
    pub tokens: Vec<ServiceToken>,
    /// File to write the certificate to that a broker must trust
    #[arg(long)]
    pub device_ca_file: Option<PathBuf>,
}

/// Creates what is missing.
pub async fn bootstrap(options: &BootstrapOptions) -> anyhow::Result<()> {
    let seal = Seal::new(&options.seal.key()?)?;
    let pool = db::connect(&options.database.url()?, options.database.database_connections)?;
    let mut transaction =
        pool.begin().await.context("PostgreSQL cannot be reached: check ARGOSY_DATABASE_URL")?;
    create_fleet(&mut transaction, &seal, options).await?;
    create_admin(&mut transaction, &options.admin_email, &options.admin_password_file).await?;
    let all = [Scope::Read, Scope::Write, Scope::Ingest, Scope::Admin];
    create_token(&mut transaction, "admin", &all, &options.token_file).await?;
    for token in &options.tokens {
        create_token(&mut transaction, &token.name, &token.scopes, &token.file).await?;
    }
    let root = authorities::root(&mut transaction, &seal).await?;
    transaction.commit().await?;
    if let Some(file) = &options.device_ca_file {
        std::fs::write(file, root.certificate_pem)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

async fn create_fleet(
    connection: &mut PgConnection,
    seal: &Seal,
    options: &BootstrapOptions,
) -> anyhow::Result<()> {
    if db::fleets::find_fleet(connection, &options.fleet).await?.is_none() {
        let request = CreateFleetRequest {
            name: options.fleet.clone(),
            auto_register: options.auto_register,
            retention_days: None,
            offline_after_seconds: None,
        };
        fleets::create(connection, seal, &Principal::system(), &request).await?;
    }
    Ok(())
}

async fn create_admin(connection: &mut PgConnection, email: &str, file: &Path) -> anyhow::Result<()> {
    let email = users::check_email(email)?;
    let password = read_or_make(file, || secret::generate("")[..24].to_owned())?;
    passwords::check(&password)?;
    let role = Role::Admin.as_str();
    let action = match db::users::find_password(connection, &email).await? {
        Some((_, hash)) if passwords::verify(password.clone(), Some(hash.clone())).await? => return Ok(()),
        Some((id, _)) => {
            let hash = passwords::hash(password).await?;
            db::users::update_user(connection, id, Some(&hash), Some(role)).await?;
            "user.update"
        }
        None => {
            let hash = passwords::hash(password).await?;
            db::users::insert_user(connection, &email, &hash, role, None).await?;
            "user.create"
        }
    };
    let detail = json!({"role": role, "password_changed": true});
    audit::record(connection, &Principal::system(), None, action, &email, detail).await?;
    Ok(())
}

async fn create_token(
    connection: &mut PgConnection,
    name: &str,
    scopes: &[Scope],
    file: &Path,
) -> anyhow::Result<()> {
    let bearer = read_or_make(file, || secret::generate(secret::TOKEN_PREFIX))?;
    let hash = secret::hash(&bearer);
    if db::tokens::find_principal(connection, &hash).await?.is_none() {
        let name = format!("bootstrap {name}");
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let (id, _) = db::tokens::insert_token(connection, &name, &hash, &scopes, None, None).await?;
        let detail = json!({"id": id, "scopes": scopes});
        audit::record(connection, &Principal::system(), None, "token.create", &name, detail).await?;
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
