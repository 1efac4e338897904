//! Settings: one's own account, and for admins tokens, users, fleets and the audit log.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod fleets;
pub(crate) mod tokens;
pub(crate) mod users;

use argosy_wire::{FleetName, api::token::Scope};

use crate::{error::PageError, session::Visit};

/// A fleet that a form names; empty for every fleet.
fn chosen_fleet(name: &str) -> Result<Option<FleetName>, PageError> {
    let name = Some(name).filter(|name| !name.is_empty());
    name.map(str::parse).transpose().map_err(|_| PageError::Invalid("There is no such fleet.".into()))
}

/// What one may do, in words.
fn scope_words(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read devices and data",
        Scope::Write => "Change devices, certificates and dead letters",
        Scope::Ingest => "Send readings",
        Scope::Admin => "Manage fleets, users and tokens",
    }
}

/// The fleets that a form may offer: all for those bound to none, else the one.
fn offered_fleets(visit: &Visit) -> Vec<String> {
    visit.fleets.iter().map(|fleet| fleet.name.to_string()).collect()
}
