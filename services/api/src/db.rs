//! PostgreSQL: the pool, and one module a table family. Functions take a connection; the caller owns the transaction.

mod address;
pub(crate) mod audit;
pub(crate) mod authorities;
pub(crate) mod batch;
pub(crate) mod credentials;
pub(crate) mod dead_letters;
pub(crate) mod delivery;
pub(crate) mod devices;
pub(crate) mod fleets;
pub(crate) mod latest;
pub(crate) mod maintenance;
pub(crate) mod overview;
pub(crate) mod presence;
pub(crate) mod readings;
pub(crate) mod rollups;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod users;

use std::{io, time::Duration};

pub(crate) use address::follow_until;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    Connection as _,
    postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions},
};

/// How long a transaction may wait for its replica: no replica that is there lets one wait, and one that is not holds up
/// everybody who shares its devices.
const IDLE_IN_TRANSACTION: &str = "5s";
/// How long a connection that comes back to the pool may take to answer.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the pool. It connects lazily, so that a replica starts while the database is away.
pub(crate) fn connect(url: &SecretString, max_connections: u32) -> Result<PgPool, sqlx::Error> {
    Ok(PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(Duration::from_mins(5))
        .max_lifetime(Duration::from_mins(30))
        .after_release(|connection, _| Box::pin(still_answers(connection)))
        .connect_lazy_with(options(url)?))
}

/// How a connection of the pool is made.
fn options(url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    let options = url.expose_secret().parse::<PgConnectOptions>()?.application_name("argosy-api");
    // A statement, a lock or a forgotten transaction never holds a connection for good.
    Ok(options.options([
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
        // And a replica that is gone without a word does not keep its locks.
        ("client_connection_check_interval", "10s"),
        ("tcp_keepalives_idle", "30"),
        ("tcp_keepalives_interval", "10"),
        ("tcp_keepalives_count", "3"),
        ("timezone", "UTC"),
    ]))
}

/// Whether a connection answers. One that was left in the middle of a statement, by a request that was given up, may not: without
/// this it would keep its place in the pool for as long as TCP takes to notice, which may be for ever.
async fn still_answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    within(RELEASE_TIMEOUT, connection.ping()).await.map(|()| true)
}

/// Gives up what waits for a database that does not answer. Statements end by themselves, but only where a server ends them.
pub(crate) async fn within<T>(
    timeout: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(timeout, work).await.unwrap_or_else(|_| {
        let silence = format!("the database did not answer within {} s", timeout.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, silence).into())
    })
}
