//! Users, sessions, tokens and the audit log.

use argosy_wire::api::{
    Page,
    audit::AuditEntry,
    session::{CreateSessionRequest, CreatedSession, Me},
    token::{CreateTokenRequest, CreatedToken, Token},
    user::{CreateUserRequest, UpdateUserRequest, User},
};
use uuid::Uuid;

use crate::{Client, Error, request::path};

impl Client {
    /// `POST /sessions`
    pub async fn create_session(&self, request: &CreateSessionRequest) -> Result<CreatedSession, Error> {
        self.post("sessions", request).await
    }

    /// `DELETE /sessions/current`
    pub async fn delete_session(&self) -> Result<(), Error> {
        self.delete("sessions/current").await
    }

    /// `GET /me`
    pub async fn read_me(&self) -> Result<Me, Error> {
        self.get("me", &[]).await
    }

    /// `GET /users`
    pub async fn list_users(&self) -> Result<Vec<User>, Error> {
        self.get("users", &[]).await
    }

    /// `POST /users`
    pub async fn create_user(&self, request: &CreateUserRequest) -> Result<User, Error> {
        self.post("users", request).await
    }

    /// `PATCH /users/{id}`
    pub async fn update_user(&self, id: Uuid, request: &UpdateUserRequest) -> Result<User, Error> {
        self.patch(&path(&["users", &id.to_string()]), None, request).await
    }

    /// `DELETE /users/{id}`
    pub async fn delete_user(&self, id: Uuid) -> Result<(), Error> {
        self.delete(&path(&["users", &id.to_string()])).await
    }

    /// `GET /tokens`
    pub async fn list_tokens(&self) -> Result<Vec<Token>, Error> {
        self.get("tokens", &[]).await
    }

    /// `POST /tokens`
    pub async fn create_token(&self, request: &CreateTokenRequest) -> Result<CreatedToken, Error> {
        self.post("tokens", request).await
    }

    /// `DELETE /tokens/{id}`
    pub async fn delete_token(&self, id: Uuid) -> Result<(), Error> {
        self.delete(&path(&["tokens", &id.to_string()])).await
    }

    /// `GET /audit`
    pub async fn list_audit(
        &self,
        cursor: Option<String>,
        limit: Option<usize>,
    ) -> Result<Page<AuditEntry>, Error> {
        let mut query: Vec<(&str, String)> = cursor.map(|cursor| ("cursor", cursor)).into_iter().collect();
        query.extend(limit.map(|limit| ("limit", limit.to_string())));
        self.get("audit", &query).await
    }
}
