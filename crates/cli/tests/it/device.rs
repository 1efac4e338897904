//! A device as `mosquitto_pub` makes one.

use std::path::PathBuf;

use argosy_wire::{
    DeviceName,
    api::{
        credential::{IssueCredentialRequest, IssuedCredential},
        device::CreateDeviceRequest,
    },
};
use tokio::process::Command;

use crate::stack::Stack;

/// A registered device with a certificate.
pub(crate) struct Device {
    name: DeviceName,
    certificate: PathBuf,
    key: PathBuf,
    pub(crate) issued: IssuedCredential,
}

impl Device {
    pub(crate) async fn register(stack: &Stack, name: &str) -> Self {
        let name = DeviceName::try_from(name.to_owned()).unwrap();
        let request: CreateDeviceRequest = serde_json::from_value(serde_json::json!({"name": name})).unwrap();
        stack.client().create_device(&request).await.unwrap();
        let request: IssueCredentialRequest = serde_json::from_str("{}").unwrap();
        let issued = stack.client().issue_credential(&name, &request).await.unwrap();
        let (certificate, key) = (stack.file("device.pem"), stack.file("device.key"));
        std::fs::write(&certificate, &issued.certificate_pem).unwrap();
        std::fs::write(&key, issued.private_key_pem.as_deref().unwrap()).unwrap();
        Self { name, certificate, key, issued }
    }

    /// Publishes, and says whether the broker acknowledged it.
    pub(crate) async fn publish(&self, stack: &Stack, payload: &str) -> bool {
        self.publish_at(stack, stack.mqtt_port, payload).await
    }

    /// The same at another broker of this machine.
    pub(crate) async fn publish_at(&self, stack: &Stack, port: u16, payload: &str) -> bool {
        let topic = format!("v1/demo/{}/telemetry", self.name);
        let mut command = Command::new("mosquitto_pub");
        command.args(["-V", "5", "-h", "localhost", "-p", &port.to_string(), "-q", "1"]);
        command.arg("--cafile").arg(stack.file("ca.pem")).arg("--cert").arg(&self.certificate);
        command.arg("--key").arg(&self.key).args(["-t", &topic, "-m", payload]);
        command.output().await.unwrap().status.success()
    }
}
