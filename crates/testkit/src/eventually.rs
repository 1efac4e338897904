//! Polling with a deadline, in place of sleeping.

use std::time::Duration;

use tokio::time::Instant;

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Tries until it succeeds, and returns what it found.
///
/// # Panics
/// When the deadline passes; the message has the last error.
pub async fn eventually<T>(deadline: Duration, mut check: impl AsyncFnMut() -> anyhow::Result<T>) -> T {
    let end = Instant::now() + deadline;
    let mut last = String::from("it never answered");
    loop {
        let Ok(result) = tokio::time::timeout_at(end, check()).await else {
            panic!("not within {deadline:?}: {last}");
        };
        match result {
            Ok(found) => return found,
            Err(error) => last = format!("{error:#}"),
        }
        assert!(Instant::now() < end, "not within {deadline:?}: {last}");
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn returns_what_it_found() {
        let mut tries = 0;
        let found = eventually(Duration::from_secs(5), async || {
            tries += 1;
            anyhow::ensure!(tries > 2, "not yet");
            Ok(tries)
        });
        assert_eq!(found.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "not yet")]
    async fn says_what_was_missing() {
        eventually(Duration::from_millis(50), async || anyhow::Result::<()>::Err(anyhow::anyhow!("not yet")))
            .await;
    }

    #[tokio::test]
    #[should_panic(expected = "never answered")]
    async fn does_not_wait_for_a_check_that_hangs() {
        eventually(Duration::from_millis(50), async || {
            std::future::pending::<()>().await;
            Ok(())
        })
        .await;
    }
}
