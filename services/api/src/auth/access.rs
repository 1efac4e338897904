//! Extractors that say in a handler's signature what its caller must be allowed to do.

use std::{marker::PhantomData, ops::Deref, sync::Arc};

use argosy_wire::{FleetName, api::token::Scope};
use axum::{extract::FromRequestParts, http::request::Parts};
use serde::Deserialize;

use crate::{auth::Principal, db, extract::Query, problem::ApiError, state::AppState};

/// A scope as a type.
pub(crate) trait RequiredScope: Send + Sync + 'static {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! scope_type {
    ($name:ident) => {
        #[doc = concat!("Requires the scope [`Scope::", stringify!($name), "`].")]
        pub(crate) struct $name;

        impl RequiredScope for $name {
            const SCOPE: Scope = Scope::$name;
        }
    };
}
scope_type!(Read);
scope_type!(Write);
scope_type!(Ingest);
scope_type!(Admin);

/// A caller with the scope `S`.
pub(crate) struct Access<S> {
    principal: Arc<Principal>,
    scope: PhantomData<S>,
}

impl<S> Deref for Access<S> {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl<S: RequiredScope> FromRequestParts<AppState> for Access<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let principal =
            parts.extensions.get::<Arc<Principal>>().cloned().ok_or_else(|| {
                ApiError::internal(anyhow::anyhow!("the route is not behind `authenticate`"))
            })?;
        principal.require(S::SCOPE)?;
        Ok(Self { principal, scope: PhantomData })
    }
}

/// A caller with the scope `S`, and the fleet that the request is about.
///
/// That is the fleet the caller is bound to. A caller who sees every fleet names it by `?fleet=`, unless there is only one.
pub(crate) struct FleetAccess<S> {
    access: Access<S>,
    /// The fleet.
    pub(crate) fleet: db::fleets::FleetRow,
}

impl<S> Deref for FleetAccess<S> {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.access.principal
    }
}

#[derive(Deserialize)]
struct FleetQuery {
    fleet: Option<FleetName>,
}

impl<S: RequiredScope> FromRequestParts<AppState> for FleetAccess<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let access = Access::<S>::from_request_parts(parts, state).await?;
        let Query(query) = Query::<FleetQuery>::from_request_parts(parts, state).await?;
        let mut connection = state.pool.acquire().await?;
        let name = match (&access.fleet, query.fleet) {
            (Some((_, bound)), Some(asked)) if *bound != asked => {
                return Err(ApiError::not_found("fleet", asked));
            }
            (Some((_, bound)), _) => bound.clone(),
            (None, Some(asked)) => asked,
            (None, None) => db::fleets::only_fleet(&mut connection).await?.ok_or_else(|| {
                ApiError::BadRequest(
                    "There is no fleet, or more than one: name it with ?fleet=<name>.".into(),
                )
            })?,
        };
        let fleet = db::fleets::find_fleet(&mut connection, &name)
            .await?
            .ok_or_else(|| ApiError::not_found("fleet", &name))?;
        Ok(Self { access, fleet })
    }
}
