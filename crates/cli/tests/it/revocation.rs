//! A revoked certificate is refused by the broker, without a restart of anything.

use std::time::Duration;

use argosy_testkit::eventually;
use argosy_wire::{DeviceName, api::fleet::CreateFleetRequest};

use crate::{device::Device, stack::Stack};

#[tokio::test]
async fn a_revoked_certificate_is_refused_and_others_are_not() {
    let stack = Stack::start(&["--no-simulator"]).await;
    let device = Device::register(&stack, "my-device").await;
    assert!(device.publish(&stack, r#"{"temperature": 21.5}"#).await);
    let name = DeviceName::try_from("my-device".to_owned()).unwrap();
    stack.client().revoke_credential(&name, device.issued.credential.id).await.unwrap();
    eventually(Duration::from_secs(15), async || {
        anyhow::ensure!(!device.publish(&stack, r#"{"temperature": 0}"#).await, "it is still let in");
        Ok(())
    })
    .await;
    // A fleet that is created while the broker runs is one more authority.
    let request: CreateFleetRequest = serde_json::from_value(serde_json::json!({"name": "north"})).unwrap();
    stack.client().create_fleet(&request).await.unwrap();
    let other = Device::register(&stack, "other-device").await;
    assert!(other.publish(&stack, r#"{"temperature": 20}"#).await);
}
