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
        self.send_batch("ingest", lines).await
    }

    /// `POST /ingest?receipts=true`: the answer says besides what each device may forget.
    pub async fn ingest_with_receipts(&self, lines: Bytes) -> Result<IngestResponse, Error> {
        self.send_batch("ingest?receipts=true", lines).await
    }

    async fn send_batch(&self, path: &str, lines: Bytes) -> Result<IngestResponse, Error> {
        let request = self.request(Method::POST, path)?;
        json(send(request.header(header::CONTENT_TYPE, CONTENT_TYPE).body(lines)).await?).await
    }
}
