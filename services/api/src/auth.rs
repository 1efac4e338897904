//! Who a request comes from and what it may do.
//!
//! The middleware [`authenticate`] turns the bearer into a [`Principal`]; handlers ask for what they need by their
//! extractors: [`Access`] for a scope, [`FleetAccess`] for a scope within one fleet.

pub(crate) mod access;
pub(crate) mod lookup;
pub(crate) mod secret;

use std::sync::Arc;

use argosy_wire::{FleetName, api::token::Scope};
use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

pub(crate) use access::{Access, Admin, FleetAccess, Ingest, Read, Write};

use crate::{problem::ApiError, state::AppState};

/// What a bearer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrincipalKind {
    /// A person's session.
    Session {
        /// The person.
        user_id: Uuid,
    },
    /// An API token.
    Token {
        /// The token.
        token_id: Uuid,
    },
    /// Argosy itself, on behalf of whoever runs the command line.
    System,
}

/// The hash of a request's bearer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BearerHash(pub(crate) [u8; 32]);

/// The bearer of a request.
#[derive(Debug)]
pub(crate) struct Principal {
    /// What it is.
    pub(crate) kind: PrincipalKind,
    /// The user's email or the token's name.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) scopes: Vec<Scope>,
    /// The fleet it is bound to; `None` for every fleet.
    pub(crate) fleet: Option<(i64, FleetName)>,
}

impl Principal {
    /// Refuses a bearer without the scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        let has = self.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
        Err(ApiError::Forbidden(format!("This needs the scope '{scope}'; yours are: {has}.")))
    }

    /// Argosy itself: it may do everything.
    pub(crate) fn system() -> Self {
        let scopes = vec![Scope::Read, Scope::Write, Scope::Ingest, Scope::Admin];
        Self { kind: PrincipalKind::System, name: "system".into(), scopes, fleet: None }
    }

    /// The fleet it is bound to, with its name.
    pub(crate) fn bound_to(&self) -> Option<&(i64, FleetName)> {
        self.fleet.as_ref()
    }

    /// The fleet it is bound to.
    pub(crate) fn fleet_id(&self) -> Option<i64> {
        self.fleet.as_ref().map(|(id, _)| *id)
    }

    /// The actor as it stands in the audit log.
    pub(crate) fn actor(&self) -> String {
        match self.kind {
            PrincipalKind::Session { .. } => format!("user:{}", self.name),
            PrincipalKind::Token { .. } => format!("token:{}", self.name),
            PrincipalKind::System => self.name.clone(),
        }
    }
}

/// Middleware: finds the [`Principal`] of the bearer and leaves it in the request's extensions.
pub(crate) async fn authenticate(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .ok_or(ApiError::Unauthorized("Send Authorization: Bearer <token>."))?
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, bearer)| bearer.trim())
        .ok_or(ApiError::Unauthorized("The Authorization header must be: Bearer <token>."))?;
    let hash = secret::hash(bearer);
    let principal: Arc<Principal> = lookup::find_principal(&state, bearer, hash).await?;
    request.extensions_mut().insert(principal);
    request.extensions_mut().insert(BearerHash(hash));
    Ok(next.run(request).await)
}
