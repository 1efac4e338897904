//! `/users`: people who sign in.

use argosy_wire::api::{
    problem::Problem,
    user::{CreateUserRequest, Role, UpdateUserRequest, User},
};
use axum::{extract::State, http::StatusCode, response::IntoResponse};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    audit,
    auth::{Access, Admin, Principal},
    db,
    db::users::UserRow,
    extract::{Json, Path},
    handlers::bound_fleet,
    passwords,
    problem::{ApiError, violated_constraint},
    state::AppState,
};

/// The user as shown.
pub(crate) fn user(row: UserRow) -> Result<User, ApiError> {
    Ok(User {
        role: role_of(&row)?,
        id: row.id,
        email: row.email,
        fleet: row.fleet.map(|name| name.parse()).transpose().map_err(ApiError::internal)?,
        created_at: row.created_at,
        last_sign_in_at: row.last_sign_in_at,
    })
}

/// List users.
///
/// Those of the bearer's fleet, or all. Scope: `admin`.
#[utoipa::path(get, path = "/users", tag = "users",
    responses((status = OK, body = [User]), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_users(
    State(state): State<AppState>,
    access: Access<Admin>,
) -> Result<axum::Json<Vec<User>>, ApiError> {
    let mut connection = state.pool.acquire().await?;
    let rows = db::users::list_users(&mut connection, access.fleet_id()).await?;
    Ok(axum::Json(rows.into_iter().map(user).collect::<Result<_, _>>()?))
}

/// Create a user.
///
/// Scope: `admin`; nobody can give a role of which they lack a scope.
#[utoipa::path(post, path = "/users", tag = "users", request_body = CreateUserRequest,
    responses((status = CREATED, body = User), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create_user(
    State(state): State<AppState>,
    access: Access<Admin>,
    Json(request): Json<CreateUserRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let email = check_email(&request.email)?;
    may_manage(&access, request.role)?;
    passwords::check(&request.password)?;
    let hash = passwords::hash(request.password).await?;
    let mut transaction = state.pool.begin().await?;
    let fleet_id = bound_fleet(&mut transaction, &access, request.fleet.as_ref()).await?;
    let id = db::users::insert_user(&mut transaction, &email, &hash, request.role.as_str(), fleet_id)
        .await
        .map_err(|error| match violated_constraint(&error) {
        Some("users_email_key") => ApiError::Conflict(format!("There is a user '{email}' already.")),
        _ => error.into(),
    })?;
    let detail = json!({"role": request.role, "fleet": request.fleet});
    audit::record(&mut transaction, &access, fleet_id, "user.create", &email, detail).await?;
    let row = find(&mut transaction, &access, id).await?;
    transaction.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(user(row)?)))
}

/// Change a user's password or role.
///
/// A new password ends the user's sessions. Scope: `admin`.
#[utoipa::path(patch, path = "/users/{id}", tag = "users", request_body = UpdateUserRequest, params(("id" = Uuid, Path)),
    responses((status = OK, body = User), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn update_user(
    State(state): State<AppState>,
    access: Access<Admin>,
    Path(id): Path<Uuid>,
    Json(request): Json<UpdateUserRequest>,
) -> Result<axum::Json<User>, ApiError> {
    let hash = match request.password {
        Some(password) => {
            passwords::check(&password)?;
            Some(passwords::hash(password).await?)
        }
        None => None,
    };
    let mut transaction = state.pool.begin().await?;
    let before = find(&mut transaction, &access, id).await?;
    may_manage(&access, role_of(&before)?)?;
    if let Some(role) = request.role {
        may_manage(&access, role)?;
    }
    if request.role.is_some_and(|role| role != Role::Admin) {
        keep_an_admin(&mut transaction, &before).await?;
    }
    let role = request.role.map(Role::as_str);
    db::users::update_user(&mut transaction, id, hash.as_deref(), role).await?;
    let detail = json!({"role": request.role, "password_changed": hash.is_some()});
    audit::record(&mut transaction, &access, before.fleet_id, "user.update", &before.email, detail).await?;
    let row = find(&mut transaction, &access, id).await?;
    transaction.commit().await?;
    state.principals.invalidate_all();
    Ok(axum::Json(user(row)?))
}

/// Delete a user.
///
/// Sessions end within seconds. The last one who may manage every fleet stays. Scope: `admin`.
#[utoipa::path(delete, path = "/users/{id}", tag = "users", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete_user(
    State(state): State<AppState>,
    access: Access<Admin>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let mut transaction = state.pool.begin().await?;
    let row = find(&mut transaction, &access, id).await?;
    may_manage(&access, role_of(&row)?)?;
    keep_an_admin(&mut transaction, &row).await?;
    db::users::delete_user(&mut transaction, id).await?;
    audit::record(&mut transaction, &access, row.fleet_id, "user.delete", &row.email, json!({})).await?;
    transaction.commit().await?;
    state.principals.invalidate_all();
    Ok(StatusCode::NO_CONTENT)
}

async fn find(connection: &mut PgConnection, access: &Access<Admin>, id: Uuid) -> Result<UserRow, ApiError> {
    let row = db::users::find_user(connection, id, access.fleet_id()).await?;
    row.ok_or_else(|| ApiError::not_found("user", id))
}

fn role_of(row: &UserRow) -> Result<Role, ApiError> {
    row.role.parse().map_err(ApiError::internal)
}

/// Refuses one who lacks a scope of the role: by the password of such a user they would have it.
fn may_manage(principal: &Principal, role: Role) -> Result<(), ApiError> {
    role.scopes().iter().try_for_each(|scope| principal.require(*scope))
}

/// Refuses to take the last one away who may manage every fleet.
async fn keep_an_admin(connection: &mut PgConnection, row: &UserRow) -> Result<(), ApiError> {
    let is_admin = row.role == Role::Admin.as_str() && row.fleet.is_none();
    if is_admin && !db::users::has_other_admin(connection, row.id).await? {
        return Err(ApiError::Conflict(
            "This is the last one who may manage every fleet: make somebody else an admin first.".into(),
        ));
    }
    Ok(())
}

/// The email as it is kept.
pub(crate) fn check_email(email: &str) -> Result<String, ApiError> {
    let email = email.trim().to_lowercase();
    let is_plausible = email.len() <= 254
        && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && email.chars().all(|character| !character.is_whitespace() && !character.is_control());
    if is_plausible {
        Ok(email)
    } else {
        Err(ApiError::Invalid("The email is not one, as in name@host.".into()))
    }
}
