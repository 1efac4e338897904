//! Sessions: a person's sign-in, as the webapp holds it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    FleetName,
    api::{token::Scope, user::User},
};

/// Body of `POST /sessions`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateSessionRequest {
    /// The user's email.
    pub email: String,
    /// The user's password.
    #[cfg_attr(feature = "openapi", schema(format = "password"))]
    pub password: String,
}

/// Answer of `POST /sessions`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedSession {
    /// Give it as `Authorization: Bearer <secret>`.
    pub secret: String,
    /// When the session ends.
    pub expires_at: DateTime<Utc>,
    /// Who signed in.
    pub user: User,
}

/// Answer of `GET /me`: who the bearer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The user's email, or the token's name.
    pub name: String,
    /// The user, where the bearer is a session.
    pub user: Option<User>,
    /// What the bearer may do.
    pub scopes: Vec<Scope>,
    /// The fleet the bearer is bound to; absent for every fleet.
    pub fleet: Option<FleetName>,
}
