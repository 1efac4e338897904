//! Extractors: [`Caller`] for parts and data, [`Visit`] for whole pages.

use argosy_client::Client;
use argosy_wire::{
    FleetName,
    api::{fleet::Fleet, session::Me, token::Scope},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, request::Parts},
};
use serde::Deserialize;

use super::{cookies, notice::Notice};
use crate::{
    error::PageError,
    extract::Query,
    links,
    shell::{Person, Section, Shell},
    state::AppState,
};

#[derive(Deserialize)]
struct FleetQuery {
    fleet: Option<String>,
}

/// Somebody with a session; whether it still holds, the API says at the first call.
pub(crate) struct Caller {
    /// The API, as this person and for the fleet that the address names.
    pub(crate) client: Client,
    /// The fleet that the address names.
    pub(crate) fleet: Option<FleetName>,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let bearer = cookies::bearer(&parts.headers).ok_or(PageError::SignedOut)?;
        let Query(FleetQuery { fleet }) = Query::from_request_parts(parts, state).await?;
        let fleet = fleet.filter(|fleet| !fleet.is_empty()).map(|fleet| fleet.parse::<FleetName>());
        let fleet = fleet.transpose().map_err(|_| PageError::NotFound)?;
        let client = state.client.with_bearer(bearer).with_fleet(fleet.clone());
        Ok(Self { client, fleet })
    }
}

impl Caller {
    /// A path with the fleet, where the address names one.
    pub(crate) fn link(&self, path: &str) -> String {
        links::with_query(path, &[("fleet", self.fleet.as_ref().map_or("", FleetName::as_str))])
    }
}

/// Somebody who is signed in and looks at a page of a fleet.
pub(crate) struct Visit {
    /// The API, as this person and for this fleet.
    pub(crate) client: Client,
    /// Who it is.
    pub(crate) me: Me,
    /// The fleets the person can see.
    pub(crate) fleets: Vec<Fleet>,
    /// The fleet the page is about; none where there is none.
    pub(crate) fleet: Option<FleetName>,
    headers: HeaderMap,
    uri: Uri,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let client = caller.client.with_fleet(None);
        let (me, fleets) = tokio::try_join!(client.read_me(), client.list_fleets())?;
        let fleet = match caller.fleet {
            Some(named) if fleets.iter().any(|fleet| fleet.name == named) => Some(named),
            Some(_) => return Err(PageError::NotFound),
            None => me.fleet.clone().or_else(|| fleets.first().map(|fleet| fleet.name.clone())),
        };
        Ok(Self {
            client: client.with_fleet(fleet.clone()),
            me,
            fleets,
            fleet,
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
        })
    }
}

impl Visit {
    /// Whether the person may do this.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.me.scopes.contains(&scope)
    }

    /// What stands around the page.
    pub(crate) fn shell(&self, section: Section) -> Shell {
        Shell {
            person: Some(Person {
                name: self.me.name.clone(),
                may_write: self.may(Scope::Write),
                may_admin: self.may(Scope::Admin),
            }),
            fleets: self.fleets.iter().map(|fleet| fleet.name.clone()).collect(),
            fleet: self.fleet.clone(),
            notice: Notice::read(&self.headers),
            ..Shell::anonymous(&self.headers, &self.uri, section)
        }
    }
}
