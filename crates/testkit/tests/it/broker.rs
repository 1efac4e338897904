//! Brokers, on the three ways.

use std::time::Duration;

use argosy_testkit::{BrokerServer, Way, broker, private_broker};
use rumqttc::{AsyncClient, Event, Incoming, MqttOptions, PublishOptions, QoS};

/// Publishes a message to itself.
async fn echo(server: &BrokerServer, topic: &str) {
    let (host, port) = server.address().unwrap();
    let mut options = MqttOptions::new(format!("echo-{topic}").replace('/', "-"), (host, port));
    options.set_keep_alive(30);
    let (client, mut events) = AsyncClient::builder(options).capacity(10).build();
    client.subscribe(topic, QoS::AtLeastOnce).await.unwrap();
    let work = async {
        loop {
            match events.poll().await.unwrap() {
                Event::Incoming(Incoming::SubAck(_)) => {
                    client.publish(topic, "hello", PublishOptions::new(QoS::AtLeastOnce)).await.unwrap();
                }
                Event::Incoming(Incoming::Publish(message)) => return message.payload,
                _ => {}
            }
        }
    };
    let payload = tokio::time::timeout(Duration::from_secs(10), work).await.unwrap();
    assert_eq!(&payload[..], b"hello");
}

#[tokio::test]
async fn the_shared_broker_takes_messages() {
    echo(broker().await.unwrap(), "v1/shared/one/telemetry").await;
}

#[tokio::test]
async fn takes_a_broker_that_it_is_given() {
    let running = private_broker().await.unwrap();
    let server = BrokerServer::start(&Way::Given(running.url.clone().into())).await.unwrap();
    echo(&server, "v1/given/one/telemetry").await;
}

#[tokio::test]
async fn runs_in_a_container_where_docker_answers() {
    if !argosy_testkit::docker_answers().await {
        eprintln!("skipped: no Docker engine answers");
        return;
    }
    let server = BrokerServer::start(&Way::Docker).await.unwrap();
    echo(&server, "v1/contained/one/telemetry").await;
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_an_error() {
    assert!(BrokerServer::start(&Way::Given("mqtt://127.0.0.1:1".into())).await.is_err());
}
