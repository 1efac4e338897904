//! What pods of an installation run, beside a stack of this machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use argosy_testkit::eventually;
use argosy_wire::DeviceName;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{device::Device, stack::Stack};

/// Longer than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);
/// The broker's configuration in a cluster.
const CONFIGURATION: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../kustomize/components/local-backends/mosquitto");

#[tokio::test]
async fn a_probe_finds_out_whether_an_installation_works() {
    let stack = Stack::start(&["--no-simulator"]).await;
    let address = |scheme: &str, port: u16| format!("{scheme}://localhost:{port}");
    let (api, webapp) = (address("https", stack.api_port), address("https", stack.webapp_port));
    let (ca, token) = (stack.file("ca.pem"), stack.file("token"));
    let (ca, token) = (ca.to_str().unwrap(), token.to_str().unwrap());
    let probe = ["probe", "--api-url", &api, "--api-ca", ca, "--token-file", token];
    let broker = ["--mqtt-url", &address("mqtts", stack.mqtt_port), "--mqtt-ca", ca];
    let output = stack.argosy(&[&probe[..], &["--webapp-url", &webapp], &broker].concat()).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("page to sign in") && said.contains("through the broker"), "{said}");
    let output = stack.argosy(&probe).await;
    assert!(String::from_utf8_lossy(&output.stdout).contains("by the API"));
    assert_eq!(stack.sql("select from devices").await.len(), 0, "a probe leaves a device behind");

    let watch = [&probe[..], &["--watch", "2", "--webapp-url", &webapp]].concat();
    assert!(stack.argosy(&watch).await.status.success());
    stack.kill("webapp").await;
    let output = stack.argosy(&watch).await;
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let output = stack.argosy(&["probe", "--webapp-url", "https://localhost:1", "--within", "1"]).await;
    assert_eq!(output.status.code(), Some(1));
}

/// A broker as a cluster has it, and what runs beside it.
struct Pod {
    folder: TempDir,
    devices: u16,
    services: u16,
    /// A name of its own, so that no other broker of this machine is told anything.
    program: PathBuf,
}

impl Pod {
    fn new(stack: &Stack) -> Self {
        let folder = TempDir::new().unwrap();
        let [devices, services] = [(); 2].map(|()| argosy_backends::free_port().unwrap());
        let here = |name: &str| folder.path().join(name).display().to_string();
        for name in ["config", "data", "tls"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let mut configuration = fs::read_to_string(format!("{CONFIGURATION}/mosquitto.conf")).unwrap();
        for (from, to) in [
            ("listener 8883", format!("listener {devices}")),
            ("listener 8884", format!("listener {services}")),
            ("/mosquitto/config", here("config")),
            ("/mosquitto/data", here("data")),
            ("/run/argosy/tls", here("tls")),
        ] {
            assert!(configuration.contains(from), "{from}");
            configuration = configuration.replace(from, &to);
        }
        // Where root starts it, it would become another user, who cannot read this folder.
        fs::write(folder.path().join("config/mosquitto.conf"), format!("user root\n{configuration}"))
            .unwrap();
        for name in ["acl-devices", "acl-services"] {
            fs::copy(format!("{CONFIGURATION}/{name}"), folder.path().join("config").join(name)).unwrap();
        }
        for (from, to) in
            [("secrets/server.pem", "tls.crt"), ("secrets/server-key.pem", "tls.key"), ("ca.pem", "ca.crt")]
        {
            fs::copy(stack.file(from), folder.path().join("tls").join(to)).unwrap();
        }
        let program = folder.path().join(format!("mq-{devices}"));
        fs::copy(argosy_backends::find::program(&["mosquitto"], "mosquitto").unwrap(), &program).unwrap();
        Self { folder, devices, services, program }
    }

    fn start_broker(&self) -> Child {
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(self.folder.path().join("config/mosquitto.conf"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
    }

    /// `argosy broker-trust`, with these arguments besides.
    fn trust(&self, stack: &Stack, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_argosy"));
        let url = format!("https://localhost:{}", stack.api_port);
        command.args(["broker-trust", "--api-url", &url, "--process"]).arg(self.program.file_name().unwrap());
        command.arg("--api-ca").arg(stack.file("ca.pem")).arg("--token-file").arg(stack.file("token"));
        command.arg("--into").arg(self.folder.path().join("data/trust")).args(arguments).kill_on_drop(true);
        command
    }
}

#[tokio::test]
async fn the_broker_of_a_cluster_trusts_whom_the_api_names() {
    let stack = Stack::start(&["--no-simulator"]).await;
    let device = Device::register(&stack, "truck-7").await;
    let pod = Pod::new(&stack);
    assert!(pod.trust(&stack, &["--prepare"]).status().await.unwrap().success());
    let mut broker = pod.start_broker();
    let lets_ingest_in = async || {
        let subscribed = services_client(&stack, pod.services, "v1/#").await;
        anyhow::ensure!(subscribed, "the listener of the services does not let ingest in");
        Ok(())
    };
    eventually(PATIENCE, lets_ingest_in).await;
    assert!(!device.publish_at(&stack, pod.devices, "{}").await, "a device is let in that nobody named");

    let mut trust = pod.trust(&stack, &[]).spawn().unwrap();
    // It learns of the authority only when it starts again, as a container does that has ended.
    tokio::time::timeout(PATIENCE, broker.wait()).await.expect("nobody told the broker").unwrap();
    let mut broker = pod.start_broker();
    eventually(PATIENCE, async || {
        anyhow::ensure!(device.publish_at(&stack, pod.devices, "{}").await, "the device is not let in");
        Ok(())
    })
    .await;
    assert!(!device.publish_at(&stack, pod.services, "{}").await, "a device is one of the services");

    let name = DeviceName::try_from("truck-7".to_owned()).unwrap();
    stack.client().revoke_credential(&name, device.issued.credential.id).await.unwrap();
    eventually(PATIENCE, async || {
        anyhow::ensure!(!device.publish_at(&stack, pod.devices, "{}").await, "it is still let in");
        Ok(())
    })
    .await;
    assert!(broker.try_wait().unwrap().is_none(), "a list that has changed is no reason to start again");
    trust.kill().await.unwrap();
}

/// Whether ingest's certificate may subscribe here.
async fn services_client(stack: &Stack, port: u16, topic: &str) -> bool {
    let mut command = Command::new("mosquitto_sub");
    command.args(["-V", "5", "-h", "localhost", "-p", &port.to_string(), "-t", topic, "-W", "1", "-E"]);
    command.arg("--cafile").arg(stack.file("ca.pem"));
    let (certificate, key): (&Path, &Path) =
        (&stack.file("secrets/ingest.pem"), &stack.file("secrets/ingest-key.pem"));
    command.arg("--cert").arg(certificate).arg("--key").arg(key);
    command.output().await.unwrap().status.success()
}
