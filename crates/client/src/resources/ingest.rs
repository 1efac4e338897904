//! Batches of messages.

use argosy_wire::batch::{CONTENT_TYPE, IngestResponse};
use bytes::Bytes;
use reqwest::{Method, header};

use crate::{
    Client, Error,
    request::{json, send},
};

impl Client {
    /// `POST /ingest`. An answer means that the batch is committed; an error says nothing of whether it is.
    pub async fn ingest(&self, lines: Bytes) -> Result<IngestResponse, Error> {
        let request = self.request(Method::POST, "ingest")?;
        json(send(request.header(header::CONTENT_TYPE, CONTENT_TYPE).body(lines)).await?).await
    }
}
