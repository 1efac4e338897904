//! What a rehearsal would not meet with Argosy's own schema.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod checks;
mod schema;
mod sequences;

use argosy_testkit::TestDatabase;
use sqlx::{PgConnection, pool::PoolConnection};

/// A database that these statements were run in.
async fn database(statements: &'static str) -> TestDatabase {
    let database = argosy_testkit::empty_database().await.unwrap();
    sqlx::raw_sql(statements).execute(&database.pool).await.unwrap();
    database
}

async fn session(database: &TestDatabase) -> PgConnection {
    database.pool.acquire().await.map(PoolConnection::detach).unwrap()
}
