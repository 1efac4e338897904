//! What a restarted ingest knows of its session at the broker: that nothing of its own was under way.
//!
//! MQTT wants a client that resumes a session to know the packets it had sent. Ingest publishes nothing, so an empty record is
//! the true one; without any the library would refuse to subscribe in a session that outlived the process.

use std::pin::Pin;

use rumqttc::{PersistedAckMode, PersistedSession, SessionStore, SessionStoreError, SessionStoreKey};

use super::options::SESSION_EXPIRY_SECONDS;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

/// A store that always holds an empty session.
#[derive(Debug)]
pub(super) struct FreshSession;

impl SessionStore for FreshSession {
    fn load<'a>(&'a self, key: &'a SessionStoreKey) -> Answer<'a, Option<PersistedSession>> {
        Box::pin(async move {
            Ok(Some(PersistedSession {
                format_version: 1,
                client_id: key.client_id().to_owned(),
                clean_start: false,
                session_expiry_interval: Some(SESSION_EXPIRY_SECONDS),
                outgoing_inflight_upper_limit: None,
                ack_mode: PersistedAckMode::Manual,
                last_pkid: 0,
                last_puback: 0,
                replay: Vec::new(),
                incoming_qos2: Vec::new(),
            }))
        })
    }

    fn save<'a>(&'a self, _: &'a SessionStoreKey, _: &'a PersistedSession) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn clear<'a>(&'a self, _: &'a SessionStoreKey) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}
