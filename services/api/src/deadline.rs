//! Ends requests that would take for ever: bodies that trickle in, and work that waits for what does not answer.

use std::{io, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::StreamExt as _;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use crate::problem::ApiError;

/// How long a whole body may take: the largest, 16 MiB, comes in time at half a megabit a second.
const BODY_TIMEOUT: Duration = Duration::from_mins(5);
/// How long the work of a request may take once its body is there: less than clients wait, so that they learn why.
pub(crate) const WORK: Duration = Duration::from_secs(25);
/// The same for an import, which is done in many transactions.
pub(crate) const IMPORT: Duration = Duration::from_mins(5);

/// Middleware: an error where the handler has no answer in time. What an answer streams afterwards is not bounded here.
pub(crate) async fn bound(
    State(timeout): State<Duration>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let started = Instant::now();
    let (went_on, last_piece) = watch::channel(started);
    let request = request.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |frame| {
            let now = Instant::now();
            went_on.send_replace(now);
            if now > started + BODY_TIMEOUT { Err(axum::Error::new(too_slow())) } else { frame }
        }))
    });
    let mut answer = std::pin::pin!(next.run(request));
    loop {
        let last = *last_piece.borrow();
        if let Ok(answer) = timeout_at(last + timeout, &mut answer).await {
            return Ok(answer);
        }
        if *last_piece.borrow() == last {
            return Err(ApiError::Late(timeout));
        }
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("it took longer than {} s", BODY_TIMEOUT.as_secs()))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Bytes, middleware, routing::post};
    use futures::stream;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(pauses: impl IntoIterator<Item = u64>, work: u64) -> u16 {
        let handler = async move |body: Result<Bytes, _>| {
            tokio::time::sleep(Duration::from_secs(work)).await;
            body.map(|body: Bytes| body.len().to_string())
                .map_err(|error: axum::extract::rejection::BytesRejection| error.status())
        };
        let layer = middleware::from_fn_with_state(WORK, bound);
        let router = Router::new().route("/", post(handler)).layer(layer);
        let frames: Vec<u64> = pauses.into_iter().collect();
        let body = stream::iter(frames).then(|pause| async move {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            Ok::<_, io::Error>(Bytes::from_static(b"x"))
        });
        let request = Request::post("/").body(Body::from_stream(body)).unwrap();
        router.oneshot(request).await.unwrap().status().as_u16()
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_bounded_from_the_last_piece_of_the_body() {
        assert_eq!(ask([], 24).await, 200);
        assert_eq!(ask([], 26).await, 503);
        assert_eq!(ask([10; 20], 24).await, 200);
        assert_eq!(ask([10; 20], 26).await, 503);
        assert_eq!(ask([26], 0).await, 503);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_in_is_cut_off() {
        assert_eq!(ask([10; 29], 0).await, 200);
        assert_eq!(ask([10; 1000], 0).await, 400);
    }
}
