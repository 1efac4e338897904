//! The database's address while the service runs: a cloud that changes the password by itself writes the file anew.

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

/// How often the file is read.
const INTERVAL: Duration = Duration::from_secs(5);

/// Reads the address anew whenever its file has changed, for the connections that are made from then on; those that stand stay. A file
/// that is not there for a moment, or holds no address, changes nothing.
pub(crate) async fn follow_until(pool: PgPool, file: PathBuf, shutdown: CancellationToken) {
    let mut known = tokio::fs::read_to_string(&file).await.unwrap_or_default();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
        let Ok(text) = tokio::fs::read_to_string(&file).await else {
            continue;
        };
        if text == known {
            continue;
        }
        match super::options(&SecretString::from(text.trim())) {
            Ok(options) => {
                pool.set_connect_options(options);
                tracing::info!(file = %file.display(), "The database's address has changed; new connections take it.");
            }
            // The error of an address may quote it.
            Err(_) => {
                tracing::warn!(file = %file.display(), "The file holds no address of a database; the one before stays.");
            }
        }
        known = text;
    }
}
