//! The ledger outlives the simulator.

use argosy_simulator::Ledger;
use argosy_testkit::eventually;

use crate::support::{DEADLINE, Simulator, Stack, run};

fn acknowledged(stack: &Stack) -> anyhow::Result<i64> {
    Ok(Ledger::read(&stack.file("ledger"))?.values().map(argosy_simulator::Ranges::count).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_simulator_has_told_what_was_acknowledged() {
    let stack = Stack::start().await;
    let mut arguments = vec!["run".to_owned()];
    arguments.extend(stack.plain("--devices 5 --rate 20"));
    let simulator = Simulator::start(arguments);
    eventually(DEADLINE, async || {
        anyhow::ensure!(acknowledged(&stack)? > 100, "too few");
        Ok(())
    })
    .await;
    simulator.kill().await;
    let before = acknowledged(&stack).unwrap();
    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(verdict.acknowledged, before);

    // The next start goes on in the same file, with a boot of its own.
    let report = run(stack.plain("--devices 5 --rate 20 --duration 2s")).await;
    let verdict = stack.verify().await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(verdict.acknowledged, before + i64::try_from(report.acknowledged).unwrap());
    assert_eq!(stack.count("select count(distinct boot) from readings").await, 2);
}
