//! Whatever goes wrong on the way, what was acknowledged is stored, once.

use std::time::Duration;

use argosy_simulator::Ledger;

use crate::support::{Stack, run, start};
use tokio_util::sync::CancellationToken;

const ALL: &str =
    "--devices 12 --rate 20 --duration 6s --duplicates 0.1 --reordered 0.1 --late 0.1 --gaps 0.05
    --oversize 0.02 --poison 0.05 --disconnects 30 --clock-skew 1h --clock-steps 20 --storm-every 2s";

#[tokio::test(flavor = "multi_thread")]
async fn every_disorder_at_once_is_stored_once() {
    let stack = Stack::start().await;
    let report = run(stack.tls(ALL)).await;
    assert_eq!((report.dropped, report.abandoned), (0, 0), "{report:?}");
    assert_eq!(report.scheduled, report.acknowledged, "{report:?}");
    assert!(report.scheduled > 1_000 && report.sent > report.scheduled, "{report:?}");
    assert!(report.reconnects >= 24, "every storm breaks every connection: {report:?}");

    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!((verdict.devices, u64::try_from(verdict.acknowledged)), (12, Ok(report.acknowledged)));

    // The database itself says the same.
    let acknowledged = verdict.acknowledged;
    assert_eq!(stack.count("select count(*) from readings where seq is not null").await, acknowledged);
    let distinct = "select count(*) from (select distinct device_id, boot, seq from readings where seq is not null) as numbers";
    assert_eq!(stack.count(distinct).await, acknowledged);
    // Everything asked for did happen.
    assert!(stack.count("select sum(duplicates)::bigint from device_streams").await > 50);
    assert!(stack.count("select sum(highest - received_count)::bigint from device_streams").await > 20);
    let late = "select count(*) from readings where abs(extract(epoch from received_at - ts)) > 120";
    assert!(stack.count(late).await > 100);
    let reasons: Vec<String> = sqlx::query_scalar("select distinct reason from dead_letters order by 1")
        .fetch_all(&stack.pool)
        .await
        .unwrap();
    assert_eq!(reasons, ["bad_message", "not_json", "timestamp_out_of_range", "too_large"]);
    let clocks = "select count(*) from (select device_id, round(extract(epoch from received_at - ts) / 60) from readings
        group by 1, 2 having count(*) > 10) as clocks";
    assert!(stack.count(clocks).await > 12, "no clock has jumped");

    // Each payload without sense that was acknowledged is a dead letter, to the number.
    let poison = Ledger::read_poison(&stack.file("ledger")).unwrap();
    let letters: Vec<(String, i64, i64)> = sqlx::query_as(
        r"select device_name, mark[1]::bigint, mark[2]::bigint
        from dead_letters, regexp_match(encode(payload, 'escape'), 'poison-(\d+)-(\d+)') mark where mark is not null",
    )
    .fetch_all(&stack.pool)
    .await
    .unwrap();
    let mut acknowledged = 0;
    for ((_, device, boot), numbers) in &poison {
        acknowledged += numbers.count();
        for number in numbers.iter().flat_map(|(first, last)| first..=last) {
            assert!(letters.contains(&(device.to_string(), *boot, number)), "{device} {boot} {number}");
        }
    }
    assert!(acknowledged > 50, "{acknowledged}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_that_is_killed_again_and_again_loses_nothing() {
    let mut stack = Stack::start().await;
    let arguments = stack.plain("--devices 10 --rate 20 --duration 5s");
    let (fleet, _) = start(arguments, CancellationToken::new()).await;
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stack.restart_ingest().await;
    }
    let report = fleet.await.unwrap().unwrap();
    assert_eq!((report.scheduled, report.abandoned), (report.acknowledged, 0), "{report:?}");
    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(u64::try_from(verdict.acknowledged), Ok(report.acknowledged));
    assert_eq!(stack.count("select count(*) from readings").await, verdict.acknowledged);
}
