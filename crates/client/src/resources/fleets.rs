//! Fleets, and a fleet at a glance.

use argosy_wire::{
    FleetName,
    api::{
        fleet::{CreateFleetRequest, Fleet, UpdateFleetRequest},
        overview::OverviewResponse,
    },
};

use crate::{Client, Error, request::path};

impl Client {
    /// `GET /fleets`
    pub async fn list_fleets(&self) -> Result<Vec<Fleet>, Error> {
        self.get("fleets", &[]).await
    }

    /// `POST /fleets`
    pub async fn create_fleet(&self, request: &CreateFleetRequest) -> Result<Fleet, Error> {
        self.post("fleets", request).await
    }

    /// `GET /fleets/{fleet}`
    pub async fn read_fleet(&self, fleet: &FleetName) -> Result<Fleet, Error> {
        self.get(&path(&["fleets", fleet.as_str()]), &[]).await
    }

    /// `PATCH /fleets/{fleet}`
    pub async fn update_fleet(
        &self,
        fleet: &FleetName,
        version: i64,
        request: &UpdateFleetRequest,
    ) -> Result<Fleet, Error> {
        self.patch(&path(&["fleets", fleet.as_str()]), Some(version), request).await
    }

    /// `GET /overview`
    pub async fn read_overview(&self) -> Result<OverviewResponse, Error> {
        self.get("overview", &[]).await
    }
}
