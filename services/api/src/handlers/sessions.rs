//! `/sessions` and `/me`: signing in and out.

use std::{net::SocketAddr, sync::Arc};

use argosy_wire::api::{
    problem::Problem,
    session::{CreateSessionRequest, CreatedSession, Me},
};
use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use chrono::{TimeDelta, Utc};
use serde_json::json;

use crate::{
    audit,
    auth::{BearerHash, Principal, PrincipalKind, secret},
    db,
    extract::Json,
    handlers::users::user,
    limits::Limits,
    passwords,
    problem::ApiError,
    state::AppState,
};

/// How long a session lasts.
const SESSION: TimeDelta = TimeDelta::hours(24);

/// Sign in.
///
/// Answers with a bearer for a day. Ten tries a minute for one user from one address. Needs no bearer.
#[utoipa::path(post, path = "/sessions", tag = "sessions", request_body = CreateSessionRequest, security(()),
    responses((status = CREATED, body = CreatedSession), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create_session(
    State(state): State<AppState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Json(request): Json<CreateSessionRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let email = request.email.trim().to_lowercase();
    if email.len() > 254 || request.password.len() > 4 * passwords::MAX_CHARS {
        return Err(ApiError::Unauthorized(WRONG));
    }
    limit(&state.limits, address, &email).await?;
    let mut connection = state.pool.acquire().await?;
    let found = db::users::find_password(&mut connection, &email).await?;
    drop(connection);
    let (id, hash) = found.unzip();
    let is_right = passwords::verify(request.password, hash).await?;
    let Some(id) = id.filter(|_| is_right) else { return Err(ApiError::Unauthorized(WRONG)) };

    let (bearer, expires_at) = (secret::generate(secret::SESSION_PREFIX), Utc::now() + SESSION);
    let mut transaction = state.pool.begin().await?;
    db::sessions::insert_session(&mut transaction, &secret::hash(&bearer), id, expires_at).await?;
    db::users::touch_sign_in(&mut transaction, id).await?;
    let row = db::users::find_user(&mut transaction, id, None).await?.ok_or(ApiError::Unauthorized(WRONG))?;
    let principal = db::sessions::find_principal(&mut transaction, &secret::hash(&bearer)).await?;
    let principal = principal.ok_or(ApiError::Unauthorized(WRONG))?;
    let detail = json!({"address": address.ip()});
    audit::record(&mut transaction, &principal, principal.fleet_id(), "session.create", &email, detail)
        .await?;
    transaction.commit().await?;
    let body = CreatedSession { secret: bearer, expires_at, user: user(row)? };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(body)))
}

/// Refuses the next try where there were too many. Emails go into Redis as their hash.
async fn limit(limits: &Limits, address: SocketAddr, email: &str) -> Result<(), ApiError> {
    let key = secret::hex(&secret::hash(email));
    // In this order, so that who is refused here takes nothing from those elsewhere.
    for (limit, key) in
        [(&limits.sign_ins, &format!("{}:{key}", address.ip())), (&limits.sign_ins_anywhere, &key)]
    {
        if let Some(retry_after) = limits.take(limit, key).await.retry_after {
            return Err(ApiError::TooManyRequests { retry_after });
        }
    }
    Ok(())
}

/// Says no more than it must: not whether there is such a user.
const WRONG: &str = "The email or the password is wrong.";

/// Sign out.
///
/// Ends the bearer's session. Scope: none.
#[utoipa::path(delete, path = "/sessions/current", tag = "sessions",
    responses((status = NO_CONTENT), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete_session(
    State(state): State<AppState>,
    Extension(principal): Extension<Arc<Principal>>,
    Extension(BearerHash(hash)): Extension<BearerHash>,
) -> Result<StatusCode, ApiError> {
    if !matches!(principal.kind, PrincipalKind::Session { .. }) {
        return Err(ApiError::BadRequest(
            "The bearer is a token, not a session: revoke it by DELETE /tokens/{id}.".into(),
        ));
    }
    let mut transaction = state.pool.begin().await?;
    db::sessions::delete_session(&mut transaction, &hash).await?;
    audit::record(
        &mut transaction,
        &principal,
        principal.fleet_id(),
        "session.end",
        &principal.name,
        json!({}),
    )
    .await?;
    transaction.commit().await?;
    state.principals.invalidate(&hash).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Read who the bearer is.
///
/// And what it may do. Scope: none.
#[utoipa::path(get, path = "/me", tag = "sessions",
    responses((status = OK, body = Me), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_me(
    State(state): State<AppState>,
    Extension(principal): Extension<Arc<Principal>>,
) -> Result<axum::Json<Me>, ApiError> {
    let row = match principal.kind {
        PrincipalKind::Session { user_id } => {
            let mut connection = state.pool.acquire().await?;
            db::users::find_user(&mut connection, user_id, None).await?
        }
        PrincipalKind::Token { .. } | PrincipalKind::System => None,
    };
    Ok(axum::Json(Me {
        name: principal.name.clone(),
        user: row.map(user).transpose()?,
        scopes: principal.scopes.clone(),
        fleet: principal.fleet.as_ref().map(|(_, name)| name.clone()),
    }))
}
