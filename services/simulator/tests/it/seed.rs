//! A run can be repeated.

use std::collections::BTreeMap;

use argosy_testkit::PrivateBroker;
use serde_json::Value;

use crate::support::{Subscriber, arguments, run};

type Messages = BTreeMap<String, BTreeMap<i64, Value>>;

async fn messages(broker: &PrivateBroker, subscriber: &Subscriber, more: &str) -> Messages {
    let fleet = "--devices 4 --rate 30 --duration 2s --duplicates 0.1 --reordered 0.1 --gaps 0.1";
    let line = format!("--insecure --mqtt-url {} {fleet} {more}", broker.url);
    let report = run(arguments(line.split_whitespace())).await;
    assert_eq!((report.abandoned, report.dropped), (0, 0), "{report:?}");
    let messages = subscriber.take();
    assert_eq!(messages.len(), 4);
    assert!(messages.values().all(|messages| messages.len() > 50), "{report:?}");
    messages
}

/// The messages that both runs had the time for.
fn common(one: &Messages, two: &Messages) -> (Messages, Messages) {
    let until = |device: &String| one[device].keys().last().min(two[device].keys().last()).copied().unwrap();
    let cut = |messages: &Messages| {
        let cut = messages.iter().map(|(device, messages)| {
            (
                device.clone(),
                messages.range(..until(device)).map(|(seq, values)| (*seq, values.clone())).collect(),
            )
        });
        cut.collect()
    };
    (cut(one), cut(two))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_gives_the_same_messages_however_often_devices_are_cut_off() {
    let broker = argosy_testkit::private_broker().await.unwrap();
    let subscriber = Subscriber::start(&broker).await;
    let calm = messages(&broker, &subscriber, "--seed 7").await;
    let rough = messages(&broker, &subscriber, "--seed 7 --disconnects 60 --storm-every 700ms").await;
    let (one, two) = common(&calm, &rough);
    assert_eq!(one, two);
    let other = messages(&broker, &subscriber, "--seed 8").await;
    let (one, other) = common(&calm, &other);
    assert_ne!(one, other);
}
