//! The table `api_tokens`.

use sqlx::PgConnection;

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
        sqlx::query!("update api_tokens set last_used_at = now() where id = $1", row.id).execute(connection).await?;
    }
    Ok(Some(Principal {
        kind: PrincipalKind::Token { token_id: row.id },
        name: row.name,
        scopes: row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
        fleet: row.fleet_id.zip(row.fleet_name.and_then(|name| name.parse().ok())),
    }))
}
