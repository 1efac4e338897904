//! From a bearer secret to its [`Principal`], by way of a short-lived cache.

use std::sync::Arc;

use crate::{
    auth::{Principal, secret},
    db,
    problem::ApiError,
    state::AppState,
};

/// The principal of a secret. A revoked or expired secret works for at most the cache's few seconds longer.
pub(crate) async fn find_principal(
    state: &AppState,
    bearer: &str,
    hash: [u8; 32],
) -> Result<Arc<Principal>, ApiError> {
    if let Some(principal) = state.principals.get(&hash).await {
        return Ok(principal);
    }
    let mut connection = state.pool.acquire().await?;
    let found = if bearer.starts_with(secret::SESSION_PREFIX) {
        db::sessions::find_principal(&mut connection, &hash).await?
    } else {
        db::tokens::find_principal(&mut connection, &hash).await?
    };
    let principal =
        Arc::new(found.ok_or(ApiError::Unauthorized("The token is unknown, expired or revoked."))?);
    state.principals.insert(hash, Arc::clone(&principal)).await;
    Ok(principal)
}

/// Whether a bearer still works. A database that cannot be asked does not end what it allowed before.
pub(crate) async fn is_valid(state: &AppState, hash: [u8; 32]) -> bool {
    let found = async {
        let mut connection = state.pool.acquire().await?;
        let is_session = db::sessions::find_principal(&mut connection, &hash).await?.is_some();
        Ok::<_, sqlx::Error>(
            is_session || db::tokens::find_principal(&mut connection, &hash).await?.is_some(),
        )
    };
    found.await.unwrap_or(true)
}
