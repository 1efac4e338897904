//! The table `users`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A user, without the password.
pub(crate) struct UserRow {
    /// Names the user.
    pub(crate) id: Uuid,
    /// In lower case.
    pub(crate) email: String,
    /// A role's text.
    pub(crate) role: String,
    /// The fleet the user is bound to.
    pub(crate) fleet_id: Option<i64>,
    /// Its name.
    pub(crate) fleet: Option<String>,
    /// When the user was created.
    pub(crate) created_at: DateTime<Utc>,
    /// When the user last signed in.
    pub(crate) last_sign_in_at: Option<DateTime<Utc>>,
}

/// Users, of one fleet or of all.
pub(crate) async fn list_users(
    connection: &mut PgConnection,
    fleet_id: Option<i64>,
) -> Result<Vec<UserRow>, sqlx::Error> {
    sqlx::query_as!(
        UserRow,
        r#"select u.id, u.email, u.role, u.fleet_id, f.name as "fleet?", u.created_at, u.last_sign_in_at
         from users u left join fleets f on f.id = u.fleet_id
         where $1::bigint is null or u.fleet_id = $1
         order by u.email limit 10000"#,
        fleet_id
    )
    .fetch_all(connection)
    .await
}

/// The user of this id; of this fleet where one is given.
pub(crate) async fn find_user(
    connection: &mut PgConnection,
    id: Uuid,
    fleet_id: Option<i64>,
) -> Result<Option<UserRow>, sqlx::Error> {
    sqlx::query_as!(
        UserRow,
        r#"select u.id, u.email, u.role, u.fleet_id, f.name as "fleet?", u.created_at, u.last_sign_in_at
         from users u left join fleets f on f.id = u.fleet_id
         where u.id = $1 and ($2::bigint is null or u.fleet_id = $2)"#,
        id,
        fleet_id
    )
    .fetch_optional(connection)
    .await
}

/// The id and password hash of the user of this email.
pub(crate) async fn find_password(
    connection: &mut PgConnection,
    email: &str,
) -> Result<Option<(Uuid, String)>, sqlx::Error> {
    let row = sqlx::query!("select id, password_hash from users where email = $1", email)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (row.id, row.password_hash)))
}

/// Creates a user, and returns the id.
pub(crate) async fn insert_user(
    connection: &mut PgConnection,
    email: &str,
    password_hash: &str,
    role: &str,
    fleet_id: Option<i64>,
) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into users (id, email, password_hash, role, fleet_id) values ($1, $2, $3, $4, $5)",
        id,
        email,
        password_hash,
        role,
        fleet_id,
    )
    .execute(connection)
    .await?;
    Ok(id)
}

/// Changes a user; what is `None` stays. A new password ends the sessions.
pub(crate) async fn update_user(
    connection: &mut PgConnection,
    id: Uuid,
    password_hash: Option<&str>,
    role: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update users set password_hash = coalesce($2, password_hash), role = coalesce($3, role) where id = $1",
        id,
        password_hash,
        role,
    )
    .execute(&mut *connection)
    .await?;
    if password_hash.is_some() {
        sqlx::query!("delete from sessions where user_id = $1", id).execute(connection).await?;
    }
    Ok(())
}

/// Deletes a user and the sessions.
pub(crate) async fn delete_user(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from users where id = $1", id).execute(connection).await?;
    Ok(())
}

/// Whether another user than this one may manage every fleet. Locks those users, so that two do not leave at once.
pub(crate) async fn has_other_admin(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    let others = sqlx::query_scalar!(
        "select id from users where role = 'admin' and fleet_id is null order by id for update"
    )
    .fetch_all(connection)
    .await?;
    Ok(others.iter().any(|other| *other != id))
}

/// Notes that a user signed in.
pub(crate) async fn touch_sign_in(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("update users set last_sign_in_at = now() where id = $1", id).execute(connection).await?;
    Ok(())
}
