//! The table `sessions`.

use argosy_wire::api::user::Role;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::auth::{Principal, PrincipalKind};

/// The principal whose session has this secret, where it has not ended.
pub(crate) async fn find_principal(
    connection: &mut PgConnection,
    secret_hash: &[u8; 32],
) -> Result<Option<Principal>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select u.id, u.email, u.role, f.id as "fleet_id?", f.name as "fleet_name?"
         from sessions s join users u on u.id = s.user_id left join fleets f on f.id = u.fleet_id
         where s.secret_hash = $1 and s.expires_at > now()"#,
        secret_hash.as_slice()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|row| {
        Some(Principal {
            kind: PrincipalKind::Session { user_id: row.id },
            name: row.email,
            scopes: row.role.parse::<Role>().ok()?.scopes().to_vec(),
            fleet: row.fleet_id.zip(row.fleet_name.and_then(|name| name.parse().ok())),
        })
    }))
}

/// Starts a session.
pub(crate) async fn insert_session(
    connection: &mut PgConnection,
    secret_hash: &[u8; 32],
    user_id: Uuid,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into sessions (secret_hash, user_id, expires_at) values ($1, $2, $3)",
        secret_hash.as_slice(),
        user_id,
        expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a session.
pub(crate) async fn delete_session(
    connection: &mut PgConnection,
    secret_hash: &[u8; 32],
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from sessions where secret_hash = $1", secret_hash.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}
