//! API tokens and what they may do.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::FleetName;

/// What a bearer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read a fleet's devices and data.
    Read,
    /// Change devices, issue credentials, replay and discard dead letters.
    Write,
    /// Post batches to `/ingest`.
    Ingest,
    /// Manage fleets, users and tokens, and read the audit log.
    Admin,
}

impl Scope {
    /// The scope as it stands in the database and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Ingest => "ingest",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A scope that is none of [`Scope`]'s.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no scope: use read, write, ingest or admin")]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        [Self::Read, Self::Write, Self::Ingest, Self::Admin]
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// A token as it is listed; the secret is never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Names it when it is revoked.
    pub id: Uuid,
    /// What it is for, in a person's words.
    #[cfg_attr(feature = "openapi", schema(example = "ci pipeline"))]
    pub name: String,
    /// The fleet it is bound to; absent for every fleet.
    pub fleet: Option<FleetName>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it stops to work.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Body of `POST /tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateTokenRequest {
    /// See [`Token::name`]; 1 to 100 characters.
    pub name: String,
    /// See [`Token::fleet`]. One who is bound to a fleet can only create tokens of that fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<FleetName>,
    /// See [`Token::scopes`]; at least one, none that the creator lacks.
    pub scopes: Vec<Scope>,
    /// Days until it expires, 1 to 3650; absent for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<i32>,
}

/// Answer of `POST /tokens`: the only time that the secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The token's facts.
    pub token: Token,
    /// Give it as `Authorization: Bearer <secret>`.
    #[cfg_attr(feature = "openapi", schema(example = "argosy_4x..."))]
    pub secret: String,
}
