//! The table `sessions`.

use argosy_wire::api::user::Role;
use sqlx::PgConnection;

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
