//! Readings and latest values.

use argosy_wire::{
    DeviceName,
    api::{
        Page,
        reading::{Aggregate, LatestValues, ReadingsResponse},
    },
};
use reqwest::{Method, Response};

use crate::{
    Client, Error, ListDevices,
    request::{path, send},
};

/// Which time; each as the API reads it: RFC 3339, milliseconds, or how long ago as `-1h`.
#[derive(Debug, Clone, Default)]
pub struct Span {
    /// From when.
    pub from: Option<String>,
    /// Until when.
    pub to: Option<String>,
}

impl Span {
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        let from = self.from.clone().map(|from| ("from", from));
        from.into_iter().chain(self.to.clone().map(|to| ("to", to))).collect()
    }
}

/// Which readings.
#[derive(Debug, Clone, Default)]
pub struct ReadReadings {
    /// Which time.
    pub span: Span,
    /// Which keys; all where it is empty.
    pub keys: Vec<String>,
    /// The length of a bucket, such as `5m`; raw readings without it.
    pub every: Option<String>,
    /// What becomes of a bucket's values.
    pub aggregate: Option<Aggregate>,
    /// Points on a page.
    pub limit: Option<usize>,
    /// Where the page starts.
    pub cursor: Option<String>,
}

impl ReadReadings {
    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = self.span.query();
        query.extend(self.keys.iter().map(|key| ("key", key.clone())));
        query.extend(self.every.clone().map(|every| ("every", every)));
        query.extend(self.aggregate.map(|aggregate| {
            let text = match aggregate {
                Aggregate::Min => "min",
                Aggregate::Max => "max",
                Aggregate::Mean => "mean",
                Aggregate::Sum => "sum",
                Aggregate::Count => "count",
                Aggregate::First => "first",
                Aggregate::Last => "last",
            };
            ("aggregate", text.to_owned())
        }));
        query.extend(self.limit.map(|limit| ("limit", limit.to_string())));
        query.extend(self.cursor.clone().map(|cursor| ("cursor", cursor)));
        query
    }
}

impl Client {
    /// `GET /devices/{device}/readings`
    pub async fn read_readings(
        &self,
        device: &DeviceName,
        read: &ReadReadings,
    ) -> Result<ReadingsResponse, Error> {
        self.get(&path(&["devices", device.as_str(), "readings"]), &read.query()).await
    }

    /// `GET /devices/{device}/readings` in another form, such as `text/csv`: the answer as it streams in.
    pub async fn export_readings(
        &self,
        device: &DeviceName,
        read: &ReadReadings,
        media_type: &str,
    ) -> Result<Response, Error> {
        let request = self.open_request(Method::GET, &path(&["devices", device.as_str(), "readings"]))?;
        send(request.query(&read.query()).header("accept", media_type)).await
    }

    /// `GET /readings`: of several devices at once.
    pub async fn read_readings_of(
        &self,
        devices: &[DeviceName],
        read: &ReadReadings,
    ) -> Result<ReadingsResponse, Error> {
        let mut query = read.query();
        query.extend(devices.iter().map(|device| ("device", device.to_string())));
        self.get("readings", &query).await
    }

    /// `GET /readings` in another form, such as `text/csv`: the answer as it streams in.
    pub async fn export_readings_of(
        &self,
        devices: &[DeviceName],
        read: &ReadReadings,
        media_type: &str,
    ) -> Result<Response, Error> {
        let mut query = read.query();
        query.extend(devices.iter().map(|device| ("device", device.to_string())));
        send(self.open_request(Method::GET, "readings")?.query(&query).header("accept", media_type)).await
    }

    /// `GET /devices/{device}/latest`
    pub async fn read_latest(&self, device: &DeviceName) -> Result<LatestValues, Error> {
        self.get(&path(&["devices", device.as_str(), "latest"]), &[]).await
    }

    /// `GET /latest`
    pub async fn list_latest(&self, list: &ListDevices) -> Result<Page<LatestValues>, Error> {
        self.get("latest", &list.query()).await
    }
}
