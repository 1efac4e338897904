//! The schedule is open: what a broker is late with makes messages late, never fewer.

use std::time::Duration;

use argosy_simulator::Report;
use tokio_util::sync::CancellationToken;

use crate::support::{Stack, arguments, run, start};

const FLEET: &str = "--devices 5 --rate 20 --duration 6s --grace 90s";
/// Messages that the schedule has in this time at the least, give or take two a device. A machine that is busy ends it later.
const SCHEDULED: u64 = 590;

async fn is_complete(stack: &Stack, report: &Report) {
    assert!(report.scheduled >= SCHEDULED, "{report:?}");
    assert!(report.scheduled as f64 <= report.seconds * 100.0 + 10.0, "{report:?}");
    assert_eq!(
        (report.acknowledged, report.dropped, report.abandoned),
        (report.scheduled, 0, 0),
        "{report:?}"
    );
    assert!(report.delay_milliseconds.max > 1_500.0, "{report:?}");
    // Had messages been made only while the broker answers, the last of them would have been as late as what it acknowledged.
    assert!(report.lag_milliseconds.max < report.delay_milliseconds.max / 2.0, "{report:?}");
    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(u64::try_from(verdict.acknowledged), Ok(report.acknowledged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_stops_makes_messages_late_and_none_is_lost() {
    let mut stack = Stack::start().await;
    let (fleet, _) = start(stack.plain(FLEET), CancellationToken::new()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    stack.broker.stop().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    stack.broker.start().await.unwrap();
    let report = fleet.await.unwrap().unwrap();
    assert!(report.reconnects >= 5, "{report:?}");
    is_complete(&stack, &report).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_falls_silent_does_not_slow_the_schedule() {
    let mut stack = Stack::start().await;
    let (fleet, _) = start(stack.plain(FLEET), CancellationToken::new()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    stack.broker.pause().unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    stack.broker.resume().unwrap();
    let report = fleet.await.unwrap().unwrap();
    is_complete(&stack, &report).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_everything_is_abandoned_after_the_grace() {
    let port = argosy_backends::free_port().unwrap();
    let line = format!(
        "--insecure --mqtt-url mqtt://127.0.0.1:{port} --devices 4 --rate 10 --duration 2s --grace 1s"
    );
    let report = run(arguments(line.split_whitespace())).await;
    assert!((76..=84).contains(&report.scheduled), "{report:?}");
    assert_eq!((report.sent, report.acknowledged, report.abandoned), (0, 0, report.scheduled), "{report:?}");
    assert!((2.9..10.0).contains(&report.seconds), "{report:?}");
    // It has not hammered at a closed door, neither before the end nor during the grace.
    assert!(report.reconnects < 60, "{report:?}");
}
