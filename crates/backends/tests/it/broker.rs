//! Mosquitto as it is configured: certificates are identities, identities have topics, and what was acknowledged is kept.

use argosy_testkit::private_broker;
use rumqttc::PubAckReason;

use crate::{device::Device, user_of};

const OWN: &str = "v1/demo/truck-1/telemetry";

#[tokio::test]
async fn a_device_writes_its_own_topics_alone() {
    let broker = private_broker().await.unwrap();
    let mut ingest = Device::connect(&broker, &broker.ca.client("ingest").unwrap()).await.unwrap();
    ingest.subscribe("v1/#").await;
    let mut truck = Device::connect(&broker, &broker.ca.client("demo/truck-1").unwrap()).await.unwrap();
    for foreign in [
        "v1/demo/truck-2/telemetry",
        "v1/other/truck-1/telemetry",
        "v1/demo/truck-1/receipt",
        "v1/demo/truck-1/command/7",
        "v1/demo/truck-1",
        "elsewhere",
    ] {
        assert_eq!(truck.publish(foreign, "forged").await, PubAckReason::NotAuthorized, "{foreign}");
    }
    for (topic, payload) in
        [(OWN, "reading"), ("v1/demo/truck-1/status", "online"), ("v1/demo/truck-1/command/7/result", "done")]
    {
        assert_eq!(truck.publish(topic, payload).await, PubAckReason::Success);
        // In order: had a forged one come through, it would be here.
        assert_eq!(ingest.message().await, (topic.to_owned(), payload.to_owned()));
    }
}

#[tokio::test]
async fn a_device_reads_its_own_topics_alone() {
    let broker = private_broker().await.unwrap();
    let mut spy = Device::connect(&broker, &broker.ca.client("demo/spy").unwrap()).await.unwrap();
    spy.subscribe("v1/#").await;
    spy.subscribe("v1/demo/truck-1/receipt").await;
    let mut ingest = Device::connect(&broker, &broker.ca.client("ingest").unwrap()).await.unwrap();
    ingest.subscribe("$share/ingest/v1/+/+/telemetry").await;
    let mut truck = Device::connect(&broker, &broker.ca.client("demo/truck-1").unwrap()).await.unwrap();
    truck.publish(OWN, "secret").await;
    assert_eq!(ingest.message().await.1, "secret");
    ingest.publish("v1/demo/truck-1/receipt", "not yours").await;
    ingest.publish("v1/demo/spy/receipt", "yours").await;
    assert_eq!(spy.message().await, ("v1/demo/spy/receipt".into(), "yours".into()));
}

#[tokio::test]
async fn names_with_wildcards_reach_nobody_elses_topics() {
    let broker = private_broker().await.unwrap();
    for name in ["demo/+", "#", "+/+"] {
        let Ok(mut forger) = Device::connect(&broker, &broker.ca.client(name).unwrap()).await else {
            continue;
        };
        assert_eq!(forger.publish(OWN, "forged").await, PubAckReason::NotAuthorized, "{name}");
    }
}

#[tokio::test]
async fn strangers_are_refused() {
    let broker = private_broker().await.unwrap();
    let stranger = argosy_testkit::Ca::new("Another").unwrap().client("demo/truck-1").unwrap();
    assert!(Device::connect(&broker, &stranger).await.is_err());
    let expired = broker.ca.expired_client("demo/truck-1").unwrap();
    assert!(Device::connect(&broker, &expired).await.is_err());
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_from_now_on() {
    let mut broker = private_broker().await.unwrap();
    let revoked = broker.ca.client("demo/truck-1").unwrap();
    let other = broker.ca.client("demo/truck-2").unwrap();
    Device::connect(&broker, &revoked).await.unwrap();
    let list = broker.ca.revoked(2, &[&revoked]).unwrap();
    broker.broker.revoke(&list).unwrap();
    argosy_testkit::eventually(std::time::Duration::from_secs(10), async || {
        anyhow::ensure!(Device::connect(&broker, &revoked).await.is_err(), "it is still let in");
        Ok(())
    })
    .await;
    Device::connect(&broker, &other).await.unwrap();
}

/// Far more than Mosquitto keeps by default (1,000), or sends before the first is acknowledged (20).
const MESSAGES: usize = 1_200;

#[tokio::test]
async fn keeps_what_it_acknowledged_while_ingest_is_away() {
    let mut broker = private_broker().await.unwrap();
    let identity = broker.ca.client("ingest").unwrap();
    let mut ingest = Device::connect_with_session(&broker, &identity).await.unwrap();
    assert!(!ingest.session_present);
    ingest.subscribe("$share/ingest/v1/+/+/telemetry").await;
    drop(ingest);

    let mut truck = Device::connect(&broker, &broker.ca.client("demo/truck-1").unwrap()).await.unwrap();
    for number in 1..=MESSAGES {
        assert_eq!(truck.publish(OWN, &number.to_string()).await, PubAckReason::Success);
    }
    broker.broker.stop().await.unwrap();
    broker.broker.start().await.unwrap();

    let mut ingest = Device::connect_with_session(&broker, &identity).await.unwrap();
    assert!(ingest.session_present);
    // As many as the client's Receive Maximum, and none acknowledged yet.
    for number in 1..=1_000 {
        assert_eq!(ingest.message().await.1, number.to_string());
    }
}

#[tokio::test]
async fn a_paused_broker_goes_on_with_its_connections() {
    let mut broker = private_broker().await.unwrap();
    let mut truck = Device::connect(&broker, &broker.ca.client("demo/truck-1").unwrap()).await.unwrap();
    broker.broker.pause().unwrap();
    let waiting = std::time::Duration::from_millis(300);
    assert!(tokio::time::timeout(waiting, truck.publish(OWN, "late")).await.is_err());
    broker.broker.resume().unwrap();
    assert_eq!(truck.publish(OWN, "now").await, PubAckReason::NoMatchingSubscribers);
}

#[tokio::test]
async fn runs_as_an_unprivileged_user() {
    let mut broker = private_broker().await.unwrap();
    let user = user_of(broker.broker.process().unwrap().id());
    assert!(!crate::is_root() || user != "0");
}
