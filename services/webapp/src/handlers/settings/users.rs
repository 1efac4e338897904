//! Users: create, change role or password, delete.

use argosy_wire::api::user::{CreateUserRequest, Role, UpdateUserRequest, User};
use askama::Template;
use axum::response::{Html, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::{chosen_fleet, offered_fleets};
use crate::{
    error::PageError,
    extract::{Form, Path},
    format::Ago,
    handlers::page,
    session::{Caller, Visit, notice},
    shell::{Section, Shell},
};

/// The roles, each with what it may do.
const ROLES: [(&str, &str); 3] = [
    ("viewer", "Viewer: reads"),
    ("operator", "Operator: reads and changes devices"),
    ("admin", "Admin: everything"),
];

#[derive(Template)]
#[template(path = "settings/users.html")]
struct UsersPage {
    shell: Shell,
    tab: &'static str,
    users: Vec<UserView>,
    roles: [(&'static str, &'static str); 3],
    fleets: Vec<String>,
    may_choose_all: bool,
}

struct UserView {
    id: String,
    email: String,
    role: &'static str,
    fleet: String,
    created: Ago,
    last_sign_in: Option<Ago>,
    is_me: bool,
}

/// `GET /settings/users`
pub(crate) async fn list_users(visit: Visit) -> Result<Html<String>, PageError> {
    let users = visit.client.with_fleet(None).list_users().await?;
    let me = visit.me.user.as_ref().map(|user| user.id);
    let view = |user: User| UserView {
        is_me: Some(user.id) == me,
        id: user.id.to_string(),
        email: user.email,
        role: user.role.as_str(),
        fleet: user.fleet.map_or("every fleet".into(), String::from),
        created: Ago(user.created_at),
        last_sign_in: user.last_sign_in_at.map(Ago),
    };
    page(&UsersPage {
        tab: "users",
        users: users.into_iter().map(view).collect(),
        roles: ROLES,
        fleets: offered_fleets(&visit),
        may_choose_all: visit.me.fleet.is_none(),
        shell: visit.shell(Section::Settings),
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct UserForm {
    email: String,
    password: String,
    role: Role,
    #[serde(default)]
    for_fleet: String,
}

/// `POST /settings/users`
pub(crate) async fn create_user(caller: Caller, Form(form): Form<UserForm>) -> Result<Response, PageError> {
    let request = CreateUserRequest {
        email: form.email.trim().to_owned(),
        password: form.password,
        role: form.role,
        fleet: chosen_fleet(&form.for_fleet)?,
    };
    let result = caller.client.with_fleet(None).create_user(&request).await;
    notice::answer(
        result.map(|user| format!("{} can sign in now.", user.email)),
        &caller.link("/settings/users"),
    )
}

/// What the forms send: a role, or a password.
#[derive(Deserialize)]
pub(crate) struct ChangeForm {
    role: Option<Role>,
    password: Option<String>,
}

/// `POST /settings/users/{id}`
pub(crate) async fn update_user(
    caller: Caller,
    Path(id): Path<Uuid>,
    Form(form): Form<ChangeForm>,
) -> Result<Response, PageError> {
    let is_password = form.password.is_some();
    let request = UpdateUserRequest { role: form.role, password: form.password };
    let result = caller.client.with_fleet(None).update_user(id, &request).await.map(|user| {
        if is_password {
            format!("{} has a new password and is signed out everywhere.", user.email)
        } else {
            format!("{} is {} now.", user.email, user.role.as_str())
        }
    });
    notice::answer(result, &caller.link("/settings/users"))
}

/// `POST /settings/users/{id}/delete`
pub(crate) async fn delete_user(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, PageError> {
    let result = caller.client.with_fleet(None).delete_user(id).await;
    notice::answer(result.map(|()| "The user is deleted.".into()), &caller.link("/settings/users"))
}
