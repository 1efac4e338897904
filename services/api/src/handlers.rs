//! HTTP handlers, one module a resource.

pub(crate) mod audit;
pub(crate) mod credentials;
pub(crate) mod dead_letters;
pub(crate) mod delivery;
pub(crate) mod devices;
pub(crate) mod fleets;
pub(crate) mod ingest;
pub(crate) mod latest;
pub(crate) mod overview;
pub(crate) mod readings;
pub(crate) mod sessions;
pub(crate) mod stream;
pub(crate) mod tokens;
pub(crate) mod users;

use argosy_wire::FleetName;
use sqlx::PgConnection;

use crate::{auth::Principal, db, problem::ApiError};

/// The fleet that something new is bound to: the one asked for, or the creator's own. One who is bound to a fleet knows of no
/// other.
pub(crate) async fn bound_fleet(
    connection: &mut PgConnection,
    principal: &Principal,
    asked: Option<&FleetName>,
) -> Result<Option<i64>, ApiError> {
    match (&principal.fleet, asked) {
        (Some((id, own)), Some(asked)) if own == asked => Ok(Some(*id)),
        (Some(_), Some(asked)) => Err(ApiError::not_found("fleet", asked)),
        (Some((id, _)), None) => Ok(Some(*id)),
        (None, None) => Ok(None),
        (None, Some(asked)) => {
            let fleet = db::fleets::find_fleet(connection, asked).await?;
            Ok(Some(fleet.ok_or_else(|| ApiError::not_found("fleet", asked))?.id))
        }
    }
}
