//! Fleets: create, and change how long readings are kept and who may join.

use argosy_wire::{
    FleetName,
    api::fleet::{CreateFleetRequest, UpdateFleetRequest},
};
use askama::Template;
use axum::response::{Html, Response};
use serde::Deserialize;

use crate::{
    error::PageError,
    extract::{Form, Path},
    format::Ago,
    handlers::page,
    session::{
        Caller, Visit,
        notice::{self, Notice},
    },
    shell::{Section, Shell},
};

#[derive(Template)]
#[template(path = "settings/fleets.html")]
struct FleetsPage {
    shell: Shell,
    tab: &'static str,
    fleets: Vec<FleetView>,
    may_create: bool,
}

struct FleetView {
    name: String,
    auto_register: bool,
    retention_days: i32,
    offline_after_seconds: i32,
    created: Ago,
    version: i64,
}

/// `GET /settings/fleets`
pub(crate) async fn list_fleets(visit: Visit) -> Result<Html<String>, PageError> {
    let view = |fleet: &argosy_wire::api::fleet::Fleet| FleetView {
        name: fleet.name.to_string(),
        auto_register: fleet.auto_register,
        retention_days: fleet.retention_days,
        offline_after_seconds: fleet.offline_after_seconds,
        created: Ago(fleet.created_at),
        version: fleet.version,
    };
    let shell = visit.shell(Section::Settings);
    page(&FleetsPage {
        tab: "fleets",
        fleets: visit.fleets.iter().map(view).collect(),
        may_create: shell.may_admin() && visit.me.fleet.is_none(),
        shell,
    })
}

/// What the forms send.
#[derive(Debug, Deserialize)]
pub(crate) struct FleetForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: i64,
    /// A box that is not ticked sends nothing.
    #[serde(default)]
    auto_register: String,
    #[serde(default)]
    retention_days: String,
    #[serde(default)]
    offline_after_seconds: String,
}

/// `POST /settings/fleets`
pub(crate) async fn create_fleet(caller: Caller, Form(form): Form<FleetForm>) -> Result<Response, PageError> {
    let list = caller.link("/settings/fleets");
    let Ok(name) = form.name.trim().parse() else {
        let text =
            "A fleet's name is 1 to 63 characters of a-z, 0-9 and '-', and starts with a letter or a digit.";
        return Ok(Notice::failed(text).redirect(&list));
    };
    let request = CreateFleetRequest {
        name,
        auto_register: !form.auto_register.is_empty(),
        retention_days: form.retention_days.trim().parse().ok(),
        offline_after_seconds: form.offline_after_seconds.trim().parse().ok(),
    };
    let result = caller.client.with_fleet(None).create_fleet(&request).await;
    notice::answer(result.map(|fleet| format!("Fleet {} is created.", fleet.name)), &list)
}

/// `POST /settings/fleets/{name}`
pub(crate) async fn update_fleet(
    caller: Caller,
    Path(name): Path<FleetName>,
    Form(form): Form<FleetForm>,
) -> Result<Response, PageError> {
    let request = UpdateFleetRequest {
        auto_register: Some(!form.auto_register.is_empty()),
        retention_days: form.retention_days.trim().parse().ok(),
        offline_after_seconds: form.offline_after_seconds.trim().parse().ok(),
    };
    let result = caller.client.with_fleet(None).update_fleet(&name, form.version, &request).await;
    notice::answer(
        result.map(|fleet| format!("Fleet {} is changed.", fleet.name)),
        &caller.link("/settings/fleets"),
    )
}
