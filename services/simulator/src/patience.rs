//! Asking the API again where that may help.

use std::time::Duration;

use argosy_client::Error;
use backon::{ExponentialBuilder, Retryable as _};

/// Asks, and again for about half a minute while the API is away or overloaded.
pub(crate) async fn patiently<T, F: Future<Output = Result<T, Error>>>(
    ask: impl FnMut() -> F,
) -> Result<T, Error> {
    let pauses =
        ExponentialBuilder::default().with_max_delay(Duration::from_secs(5)).with_max_times(8).with_jitter();
    ask.retry(pauses).when(Error::is_retryable).await
}
