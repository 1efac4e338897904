//! `verify` believes nobody: it finds what was changed behind its back.

use argosy_simulator::Verdict;

use crate::support::{Output, Simulator, Stack, run};

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
