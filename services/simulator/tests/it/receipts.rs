//! Devices that keep their messages until a receipt comes, against a broker that forgets what it acknowledged.

use argosy_simulator::Report;
use tokio_util::sync::CancellationToken;

use crate::support::{DEADLINE, Simulator, Stack, run, start};

/// How long devices may take to bring home what they have, which they do sooner unless this machine is very busy.
const GRACE: &str = "90s";
const MEASUREMENTS: &str = "select count(*) from readings where seq is not null";

/// Everything that was made is in the database, and the fleet knows it.
async fn is_complete(stack: &Stack, report: &Report) {
    let receipts = report.receipts.unwrap();
    assert_eq!(
        (receipts.receipted, report.dropped, report.abandoned),
        (report.scheduled, 0, 0),
        "{report:?}"
    );
    assert_eq!(u64::try_from(stack.count(MEASUREMENTS).await), Ok(report.scheduled));
    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(u64::try_from(verdict.acknowledged), Ok(report.scheduled));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_receipted_whatever_order_and_gaps_it_has() {
    let stack = Stack::start().await;
    let disorder = "--duplicates 0.1 --reordered 0.1 --gaps 0.2 --poison 0.05 --disconnects 10";
    let fleet = format!("--devices 5 --rate 40 --duration 4s --grace {GRACE} --until-receipt {disorder}");
    let report = run(stack.tls(&fleet)).await;
    is_complete(&stack, &report).await;
    let receipts = report.receipts.unwrap();
    // Receipts come by themselves, not because something is sent again after thirty seconds.
    assert!(receipts.delay_milliseconds.p50 < 10_000.0, "{report:?}");
}

/// A fleet works while ingest is away, so that the broker alone has what it acknowledged; then the broker is killed.
async fn broker_is_killed(more: &str) -> (Stack, Report) {
    let mut stack = Stack::start().await;
    let fleet = format!("--devices 5 --rate 20 --duration 8s --grace {GRACE} {more}");
    let (fleet, _) = start(stack.plain(&fleet), CancellationToken::new()).await;
    stack.kill_broker_without_ingest().await;
    (stack, fleet.await.unwrap().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_costs_nothing_where_devices_wait_for_receipts() {
    let (stack, report) = broker_is_killed("--until-receipt").await;
    is_complete(&stack, &report).await;
    assert!(report.receipts.unwrap().repeated > 0, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_may_cost_messages_where_acknowledgements_are_believed() {
    let (stack, report) = broker_is_killed("").await;
    assert_eq!((report.acknowledged, report.receipts), (report.scheduled, None), "{report:?}");
    argosy_testkit::eventually(DEADLINE * 2, async || {
        let verdict = stack.verify().await;
        println!("{} of {} acknowledged messages are missing", verdict.missing, verdict.acknowledged);
        let lost = verdict.acknowledged - stack.count(MEASUREMENTS).await;
        anyhow::ensure!((verdict.missing, verdict.doubled) == (lost, 0), "{lost} lost, {verdict:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_receipts_everything_is_abandoned_and_told() {
    let broker = argosy_testkit::private_broker().await.unwrap();
    let _subscriber = crate::support::Subscriber::start(&broker).await;
    let given = ["run", "--insecure", "--mqtt-url", &broker.url, "--devices", "2", "--rate", "20"];
    let more = ["--until-receipt", "--duration", "1s", "--grace", "5s", "--receipt-patience", "1s"];
    let output = Simulator::run(given.iter().chain(&more)).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let number = |word: &str| -> u64 {
        let line = output.stdout.lines().find(|line| line.trim_start().starts_with(word)).unwrap();
        line.split_whitespace().nth(1).unwrap().trim_end_matches(',').parse().unwrap()
    };
    assert!(number("scheduled") >= 38, "{}", output.stdout);
    assert_eq!((number("acknowledged"), number("receipted")), (number("scheduled"), 0), "{}", output.stdout);
    assert_eq!(number("abandoned"), number("scheduled"), "{}", output.stdout);
    // Each was sent again, about once a second where the machine has the time, and counts once all the same.
    assert!(number("repeated") >= number("scheduled"), "{}", output.stdout);
}
