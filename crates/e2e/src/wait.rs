//! Waiting, with a limit and a reason.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::time::sleep;

/// How often is looked.
const PAUSE: Duration = Duration::from_secs(1);

/// Looks until it is as it must be; fails with the last reason why it is not.
pub(crate) async fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    loop {
        match look().await {
            Ok(value) => return Ok(value),
            Err(error) if start.elapsed() > limit => {
                return Err(error).with_context(|| format!("not within {} s: {what}", limit.as_secs()));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}
