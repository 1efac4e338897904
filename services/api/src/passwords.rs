//! Passwords as Argon2id hashes, with the parameters that OWASP recommends (the crate's defaults: 19 MiB, 2 passes).

use std::time::Duration;

use anyhow::Context as _;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::problem::ApiError;

/// Hashes computed at once: each takes 19 MiB and a core for some 20 ms.
static HASHES: Semaphore = Semaphore::const_new(4);

/// How long a password waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The shortest password, in characters.
pub(crate) const MIN_CHARS: usize = 12;
/// The longest, in characters.
pub(crate) const MAX_CHARS: usize = 256;

/// Refuses a password that is too short or too long.
pub(crate) fn check(password: &str) -> Result<(), ApiError> {
    if (MIN_CHARS..=MAX_CHARS).contains(&password.chars().count()) {
        return Ok(());
    }
    Err(ApiError::Invalid(format!("A password has {MIN_CHARS} to {MAX_CHARS} characters.")))
}

/// The hash under which a password is kept.
pub(crate) async fn hash(password: String) -> anyhow::Result<String> {
    off_thread(move || Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())).await
}

/// Whether it is the password of this hash. Without a hash the work is the same, so that time does not tell whether a user
/// exists.
pub(crate) async fn verify(password: String, hash: Option<String>) -> anyhow::Result<bool> {
    off_thread(move || {
        let argon2 = Argon2::default();
        if let Some(hash) = hash {
            return Ok(argon2.verify_password(password.as_bytes(), &PasswordHash::new(&hash)?).is_ok());
        }
        argon2.hash_password(password.as_bytes()).map(|_| false)
    })
    .await
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
) -> anyhow::Result<T> {
    let _permit =
        tokio::time::timeout(PATIENCE, HASHES.acquire()).await.context("too many passwords to hash")??;
    tokio::task::spawn_blocking(work).await?.context("hashing a password failed")
}
