//! `verify` believes nobody: it finds what was changed behind its back.

use std::time::Duration;

use argosy_client::ListDevices;
use argosy_simulator::Verdict;
use argosy_wire::api::{delivery::SequenceRange, device::DeviceState};
use tokio_util::sync::CancellationToken;

use crate::support::{Output, Simulator, Stack, run, start};

async fn stack() -> Stack {
    let stack = Stack::start().await;
    let report = run(stack.plain("--devices 3 --rate 20 --duration 2s")).await;
    assert!(report.acknowledged > 90, "{report:?}");
    let verdict = stack.verify().await;
    assert!(verdict.is_good() && verdict.differences.is_empty(), "{verdict:?}");
    stack
}

async fn execute(stack: &Stack, statement: &'static str) {
    let result = sqlx::query(statement).execute(&stack.pool).await.unwrap();
    assert!(result.rows_affected() > 0);
}

fn names(verdict: &Verdict, what: &str) -> bool {
    verdict
        .differences
        .iter()
        .any(|difference| difference.starts_with("truck-0001, boot ") && difference.ends_with(what))
}

/// The program's own answer.
async fn program(stack: &Stack, more: &[&str]) -> Output {
    let ledger = stack.file("ledger").display().to_string();
    let mut arguments = vec!["verify".into(), "--ledger".into(), ledger, "--settle".into(), "1s".into()];
    arguments.extend(stack.api());
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    Simulator::run(arguments).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_gone_is_found_and_named() {
    let stack = stack().await;
    let output = program(&stack, &[]).await;
    assert_eq!((output.code, output.stdout.contains("missing     0")), (Some(0), true), "{}", output.stderr);

    execute(&stack, "delete from readings where seq in (5, 6, 9) and device_id = (select id from devices where name = 'truck-0001')").await;
    let verdict = stack.verify().await;
    assert_eq!((verdict.missing, verdict.doubled, verdict.unexpected), (3, 0, 0), "{verdict:?}");
    assert!(names(&verdict, ": 5 to 6, 9 said to be stored, and has no row"), "{verdict:?}");
    let output = program(&stack, &[]).await;
    assert_eq!(output.code, Some(1));
    assert!(output.stdout.contains("5 to 6, 9 said to be stored"), "{}", output.stdout);
    assert!(output.stderr.contains("3 missing, 0 doubled, 0 unexpected"), "{}", output.stderr);
    let output = program(&stack, &["--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &json["missing"]), (Some(1), &3.into()));

    // What was never stored is missing, too, with its row or without.
    execute(&stack, "update device_streams set received = received - int8multirange(int8range(5, 8))").await;
    let output = program(&stack, &["--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&json["missing"], &json["unexpected"]), (&10.into(), &7.into()), "{json}");
    assert!(output.stdout.contains("5 to 7 not stored"), "{}", output.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_too_many_is_found_and_named() {
    let stack = stack().await;
    let again = "insert into readings select device_id, ts + interval '1 ms', received_at, boot, seq, values from readings
        where seq = 7 and device_id = (select id from devices where name = 'truck-0001')";
    execute(&stack, again).await;
    let verdict = stack.verify().await;
    assert_eq!((verdict.missing, verdict.doubled, verdict.unexpected), (0, 1, 0), "{verdict:?}");
    assert!(names(&verdict, ": 7 stored more than once"), "{verdict:?}");

    let invented =
        "insert into readings select device_id, ts, received_at, boot, 100000, values from readings
        where seq = 3 and device_id = (select id from devices where name = 'truck-0001')";
    execute(&stack, invented).await;
    let verdict = stack.verify().await;
    assert_eq!((verdict.missing, verdict.doubled, verdict.unexpected), (0, 1, 1), "{verdict:?}");
    assert!(names(&verdict, ": 100000 stored, and unknown to the ledger of the API"), "{verdict:?}");
    assert_eq!(program(&stack, &[]).await.code, Some(1));
}

/// A boot of a device, by the rows alone.
#[derive(Debug, sqlx::FromRow)]
struct Stored {
    device: String,
    boot: i64,
    rows: i64,
    highest: i64,
    numbers: Vec<i64>,
    missing: Vec<i64>,
}

async fn rows(stack: &Stack) -> Vec<Stored> {
    let query = "select d.name as device, r.boot, count(*) as rows, max(r.seq) as highest, array_agg(r.seq order by r.seq) as numbers,
            array(select n from generate_series(1, max(r.seq)) n except select unnest(array_agg(r.seq)) order by 1) as missing
        from readings r join devices d on d.id = r.device_id where r.seq is not null group by d.name, r.boot order by d.name";
    sqlx::query_as(query).fetch_all(&stack.pool).await.unwrap()
}

fn numbers(ranges: &[SequenceRange]) -> Vec<i64> {
    ranges.iter().flat_map(|range| range.first..=range.last).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_delivery_and_the_overview_agree_with_the_rows_to_the_message() {
    let mut stack = Stack::start().await;
    let disorder = "--gaps 0.1 --duplicates 0.1 --reordered 0.1 --late 0.1 --poison 0.02";
    let fleet = format!("--devices 4 --rate 30 --duration 5s {disorder}");
    let (fleet, _) = start(stack.plain(&fleet), CancellationToken::new()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    stack.restart_ingest().await;
    let report = fleet.await.unwrap().unwrap();
    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");

    let (client, rows) = (stack.client(), rows(&stack).await);
    assert_eq!(rows.len(), 4);
    for by_rows in &rows {
        let delivery = client.read_delivery(&by_rows.device.parse().unwrap()).await.unwrap();
        let [told] = &delivery.boots[..] else { panic!("{delivery:?}") };
        assert_eq!(
            (told.boot, told.received, told.highest, told.missing),
            (by_rows.boot, by_rows.rows, by_rows.highest, i64::try_from(by_rows.missing.len()).unwrap())
        );
        assert_eq!(
            (numbers(&told.ranges), numbers(&told.gaps)),
            (by_rows.numbers.clone(), by_rows.missing.clone())
        );
        assert_eq!(delivery.missing, told.missing);
    }
    let sum = |of: fn(&Stored) -> usize| i64::try_from(rows.iter().map(of).sum::<usize>()).unwrap();
    assert_eq!(verdict.acknowledged, sum(|rows| rows.numbers.len()));
    assert_eq!(Ok(verdict.acknowledged), i64::try_from(report.acknowledged));
    let overview = client.read_overview().await.unwrap();
    let missing = sum(|rows| rows.missing.len());
    assert!(missing > 0, "{report:?}");
    assert_eq!(overview.missing, missing);
    assert_eq!(overview.devices_with_gaps, sum(|rows| usize::from(!rows.missing.is_empty())));
    let list = ListDevices { state: Some(DeviceState::WithGaps), ..ListDevices::default() };
    let listed = client.list_devices(&list).await.unwrap().items;
    assert_eq!(i64::try_from(listed.len()), Ok(overview.devices_with_gaps));
}
