//! The table `api_tokens`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::auth::{Principal, PrincipalKind};

/// The principal whose token has this secret, where it has not expired. Notes its use, to the minute.
pub(crate) async fn find_principal(
    connection: &mut PgConnection,
    secret_hash: &[u8; 32],
) -> Result<Option<Principal>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select t.id, t.name, t.scopes, f.id as "fleet_id?", f.name as "fleet_name?",
            t.last_used_at is null or t.last_used_at < now() - interval '1 minute' as "touch!"
         from api_tokens t left join fleets f on f.id = t.fleet_id
         where t.secret_hash = $1 and (t.expires_at is null or t.expires_at > now())"#,
        secret_hash.as_slice()
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.touch {
        sqlx::query!("update api_tokens set last_used_at = now() where id = $1", row.id)
            .execute(connection)
            .await?;
    }
    Ok(Some(Principal {
        kind: PrincipalKind::Token { token_id: row.id },
        name: row.name,
        scopes: row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
        fleet: row.fleet_id.zip(row.fleet_name.and_then(|name| name.parse().ok())),
    }))
}

/// A token, without its secret.
pub(crate) struct TokenRow {
    /// Names it.
    pub(crate) id: Uuid,
    /// What it is for.
    pub(crate) name: String,
    /// The fleet it is bound to.
    pub(crate) fleet: Option<String>,
    /// Scopes' texts.
    pub(crate) scopes: Vec<String>,
    /// When it was created.
    pub(crate) created_at: DateTime<Utc>,
    /// When it stops to work.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

/// Tokens, of one fleet or of all; the newest 10,000.
pub(crate) async fn list_tokens(
    connection: &mut PgConnection,
    fleet_id: Option<i64>,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    sqlx::query_as!(
        TokenRow,
        r#"select t.id, t.name, f.name as "fleet?", t.scopes, t.created_at, t.expires_at, t.last_used_at
         from api_tokens t left join fleets f on f.id = t.fleet_id
         where $1::bigint is null or t.fleet_id = $1
         order by t.created_at desc, t.id limit 10000"#,
        fleet_id
    )
    .fetch_all(connection)
    .await
}

/// Creates a token.
pub(crate) async fn insert_token(
    connection: &mut PgConnection,
    name: &str,
    secret_hash: &[u8; 32],
    scopes: &[&str],
    fleet_id: Option<i64>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(Uuid, DateTime<Utc>), sqlx::Error> {
    let id = Uuid::now_v7();
    let created_at = sqlx::query_scalar!(
        "insert into api_tokens (id, name, secret_hash, scopes, fleet_id, expires_at)
         values ($1, $2, $3, $4, $5, $6) returning created_at",
        id,
        name,
        secret_hash.as_slice(),
        scopes as _,
        fleet_id,
        expires_at,
    )
    .fetch_one(connection)
    .await?;
    Ok((id, created_at))
}

/// Deletes a token, of this fleet where one is given. Its name and its fleet, where there was one.
pub(crate) async fn delete_token(
    connection: &mut PgConnection,
    id: Uuid,
    fleet_id: Option<i64>,
) -> Result<Option<(String, Option<i64>)>, sqlx::Error> {
    let row = sqlx::query!(
        "delete from api_tokens where id = $1 and ($2::bigint is null or fleet_id = $2) returning name, fleet_id",
        id,
        fleet_id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.name, row.fleet_id)))
}
