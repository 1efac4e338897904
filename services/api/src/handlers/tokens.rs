//! `/tokens`: bearers for programs.

use argosy_wire::api::{
    problem::Problem,
    token::{CreateTokenRequest, CreatedToken, Token},
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::{
    audit,
    auth::{Access, Admin, secret},
    db,
    db::tokens::TokenRow,
    extract::{Json, Path},
    handlers::bound_fleet,
    problem::ApiError,
    state::AppState,
};

fn token(row: TokenRow) -> Result<Token, ApiError> {
    Ok(Token {
        id: row.id,
        name: row.name,
        fleet: row.fleet.map(|name| name.parse()).transpose().map_err(ApiError::internal)?,
        scopes: row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    })
}

/// List tokens.
///
/// Without their secrets, newest first. Scope: `admin`.
#[utoipa::path(get, path = "/tokens", tag = "tokens",
    responses((status = OK, body = [Token]), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_tokens(
    State(state): State<AppState>,
    access: Access<Admin>,
) -> Result<axum::Json<Vec<Token>>, ApiError> {
    let mut connection = state.pool.acquire().await?;
    let rows = db::tokens::list_tokens(&mut connection, access.fleet_id()).await?;
    Ok(axum::Json(rows.into_iter().map(token).collect::<Result<_, _>>()?))
}

/// Create a token.
///
/// The secret is shown once. Scope: `admin`; nobody can give what they do not have.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = CreateTokenRequest,
    responses((status = CREATED, body = CreatedToken), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create_token(
    State(state): State<AppState>,
    access: Access<Admin>,
    Json(request): Json<CreateTokenRequest>,
) -> Result<impl IntoResponse, ApiError> {
    if !(1..=100).contains(&request.name.trim().chars().count()) || request.name.chars().any(char::is_control)
    {
        return Err(ApiError::Invalid("A token's name has 1 to 100 characters.".into()));
    }
    if request.scopes.is_empty() {
        return Err(ApiError::Invalid("A token needs at least one scope.".into()));
    }
    if request.expires_in_days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(ApiError::Invalid("expires_in_days is 1 to 3650.".into()));
    }
    for scope in &request.scopes {
        access.require(*scope)?;
    }
    let mut scopes: Vec<&str> = request.scopes.iter().map(|scope| scope.as_str()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let bearer = secret::generate(secret::TOKEN_PREFIX);
    let expires_at = request.expires_in_days.map(|days| Utc::now() + TimeDelta::days(i64::from(days)));
    let name = request.name.trim();
    let mut transaction = state.pool.begin().await?;
    let fleet_id = bound_fleet(&mut transaction, &access, request.fleet.as_ref()).await?;
    let hash = secret::hash(&bearer);
    let (id, created_at) =
        db::tokens::insert_token(&mut transaction, name, &hash, &scopes, fleet_id, expires_at).await?;
    let detail = json!({"id": id, "scopes": scopes, "expires_at": expires_at});
    audit::record(&mut transaction, &access, fleet_id, "token.create", name, detail).await?;
    transaction.commit().await?;
    let body = CreatedToken {
        token: Token {
            id,
            name: name.to_owned(),
            fleet: request.fleet.or_else(|| access.fleet.as_ref().map(|(_, name)| name.clone())),
            scopes: scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            created_at,
            expires_at,
            last_used_at: None,
        },
        secret: bearer,
    };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(body)))
}

/// Revoke a token.
///
/// It stops to work within five seconds on every replica. Scope: `admin`.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete_token(
    State(state): State<AppState>,
    access: Access<Admin>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let mut transaction = state.pool.begin().await?;
    let (name, fleet_id) = db::tokens::delete_token(&mut transaction, id, access.fleet_id())
        .await?
        .ok_or_else(|| ApiError::not_found("token", id))?;
    audit::record(&mut transaction, &access, fleet_id, "token.revoke", &name, json!({"id": id})).await?;
    transaction.commit().await?;
    state.principals.invalidate_all();
    Ok(StatusCode::NO_CONTENT)
}
