//! Devices.

use argosy_wire::{
    DeviceName,
    api::{
        Page,
        delivery::DeliveryResponse,
        device::{CreateDeviceRequest, Device, DeviceState, ImportResponse, UpdateDeviceRequest},
        presence::PresenceResponse,
    },
};
use bytes::Bytes;
use reqwest::{Method, Response, header};

use crate::{
    Client, Error,
    request::{json, path, send},
    resources::readings::Span,
};

/// Which devices, and which part of the list.
#[derive(Debug, Clone, Default)]
pub struct ListDevices {
    /// Those whose name contains this.
    pub search: Option<String>,
    /// Those that have all of these labels, each `key:value`.
    pub labels: Vec<String>,
    /// Those in this state.
    pub state: Option<DeviceState>,
    /// Rows on a page.
    pub limit: Option<usize>,
    /// Where the page starts.
    pub cursor: Option<String>,
}

impl ListDevices {
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        let mut query: Vec<_> = self.labels.iter().map(|label| ("label", label.clone())).collect();
        query.extend(self.search.clone().map(|search| ("search", search)));
        query.extend(self.state.map(|state| {
            let text = match state {
                DeviceState::Online => "online",
                DeviceState::Offline => "offline",
                DeviceState::Disabled => "disabled",
                DeviceState::WithGaps => "with_gaps",
            };
            ("state", text.to_owned())
        }));
        query.extend(self.limit.map(|limit| ("limit", limit.to_string())));
        query.extend(self.cursor.clone().map(|cursor| ("cursor", cursor)));
        query
    }
}

impl Client {
    /// `GET /devices`
    pub async fn list_devices(&self, list: &ListDevices) -> Result<Page<Device>, Error> {
        self.get("devices", &list.query()).await
    }

    /// `GET /devices` in another form, `text/csv` or `application/x-ndjson`: all of them, as the answer streams in.
    pub async fn export_devices(&self, list: &ListDevices, media_type: &str) -> Result<Response, Error> {
        let request = self.open_request(Method::GET, "devices")?.query(&list.query());
        send(request.header(header::ACCEPT, media_type)).await
    }

    /// `POST /devices`
    pub async fn create_device(&self, request: &CreateDeviceRequest) -> Result<Device, Error> {
        self.post("devices", request).await
    }

    /// `GET /devices/{device}`
    pub async fn read_device(&self, device: &DeviceName) -> Result<Device, Error> {
        self.get(&path(&["devices", device.as_str()]), &[]).await
    }

    /// `PATCH /devices/{device}`
    pub async fn update_device(
        &self,
        device: &DeviceName,
        version: i64,
        request: &UpdateDeviceRequest,
    ) -> Result<Device, Error> {
        self.patch(&path(&["devices", device.as_str()]), Some(version), request).await
    }

    /// `DELETE /devices/{device}`
    pub async fn delete_device(&self, device: &DeviceName) -> Result<(), Error> {
        self.delete(&path(&["devices", device.as_str()])).await
    }

    /// `POST /devices/import`, one JSON object a line.
    pub async fn import_devices(&self, lines: Bytes) -> Result<ImportResponse, Error> {
        self.import_devices_as(lines, "application/x-ndjson").await
    }

    /// `POST /devices/import` of this media type, `application/x-ndjson` or `text/csv`.
    pub async fn import_devices_as(&self, body: Bytes, media_type: &str) -> Result<ImportResponse, Error> {
        let request = self.request(Method::POST, "devices/import")?;
        json(send(request.header(header::CONTENT_TYPE, media_type).body(body)).await?).await
    }

    /// `GET /devices/{device}/delivery`
    pub async fn read_delivery(&self, device: &DeviceName) -> Result<DeliveryResponse, Error> {
        self.get(&path(&["devices", device.as_str(), "delivery"]), &[]).await
    }

    /// `GET /devices/{device}/presence`
    pub async fn read_presence(&self, device: &DeviceName, span: &Span) -> Result<PresenceResponse, Error> {
        self.get(&path(&["devices", device.as_str(), "presence"]), &span.query()).await
    }
}
