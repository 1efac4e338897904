//! Watches what is committed, by a session of its own, so that pauses and recoveries can be told.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, PgConnection};
use tokio::time::{Instant, timeout};
use tokio_util::task::AbortOnDropHandle;

/// How often it is looked, and so how exact pauses are.
const INTERVAL: Duration = Duration::from_millis(100);
/// How long an answer may take: a database that stands still is asked anew.
const PATIENCE: Duration = Duration::from_secs(2);

/// Moments at which more was committed than before, and how much in all.
#[derive(Debug, Clone, Default)]
struct History(Vec<(Instant, i64)>);

/// What is committed, as it grows.
#[derive(Debug)]
pub(crate) struct Commits {
    history: Arc<Mutex<History>>,
    _task: AbortOnDropHandle<()>,
}

impl Commits {
    /// Watches the messages in all ledgers of the API's database but that of the device of this name.
    pub(crate) fn watch(url: SecretString, without: &'static str) -> Self {
        let history = Arc::new(Mutex::new(History::default()));
        let task = tokio::spawn(watch(url, without, Arc::clone(&history)));
        Self { history, _task: AbortOnDropHandle::new(task) }
    }

    /// Messages that are committed.
    pub(crate) fn count(&self) -> i64 {
        self.lock().0.last().map_or(0, |(_, count)| *count)
    }

    /// The longest time without a commit between these moments.
    pub(crate) fn longest_pause(&self, from: Instant, to: Instant) -> Duration {
        self.lock().longest_pause(from, to)
    }

    /// How long after `from` so many messages a second were committed again, over a second.
    pub(crate) fn flows_again(&self, from: Instant, rate: f64) -> Option<Duration> {
        self.lock().flows_again(from, rate)
    }

    fn lock(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl History {
    fn add(&mut self, at: Instant, count: i64) {
        if self.0.last().is_none_or(|(_, last)| count > *last) {
            self.0.push((at, count));
        }
    }

    fn longest_pause(&self, from: Instant, to: Instant) -> Duration {
        let ended = self.0.iter().map(|(at, _)| *at).chain([to]);
        let pauses =
            ended.zip(self.0.iter().map(|(at, _)| *at).take(1).chain(self.0.iter().map(|(at, _)| *at)));
        pauses
            .filter(|(end, begin)| *end > from && *begin < to)
            .map(|(end, begin)| end.min(to).saturating_duration_since(begin.max(from)))
            .max()
            .unwrap_or_default()
    }

    fn flows_again(&self, from: Instant, rate: f64) -> Option<Duration> {
        let second = Duration::from_secs(1);
        let before =
            |at: Instant| self.0.iter().rev().find(|(seen, _)| *seen <= at).map_or(0, |(_, count)| *count);
        let last = self.0.last()?.0;
        let starts = std::iter::once(from).chain(self.0.iter().map(|(at, _)| *at).filter(|at| *at > from));
        starts
            .take_while(|start| *start + second <= last)
            .find(|start| (before(*start + second) - before(*start)) as f64 >= rate)
            .map(|start| start.saturating_duration_since(from))
    }
}

async fn watch(url: SecretString, without: &str, history: Arc<Mutex<History>>) {
    loop {
        if let Ok(Ok(mut connection)) = timeout(PATIENCE, PgConnection::connect(url.expose_secret())).await {
            while let Ok(Ok(count)) = timeout(PATIENCE, count(&mut connection, without)).await {
                history.lock().unwrap_or_else(PoisonError::into_inner).add(Instant::now(), count);
                tokio::time::sleep(INTERVAL).await;
            }
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn count(connection: &mut PgConnection, without: &str) -> Result<i64, sqlx::Error> {
    let count = "select coalesce(sum(received_count), 0)::bigint from device_streams
        where device_id not in (select id from devices where name = $1)";
    sqlx::query_scalar(count).bind(without).fetch_one(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_and_recoveries_are_told() {
        let start = Instant::now();
        let at = |tenths: u64| start + Duration::from_millis(tenths * 100);
        let mut history = History::default();
        // A hundred every tenth of a second, but for the time from 2 s to 5 s, and slowly until 6 s.
        let mut count = 0;
        for tenth in 0..100 {
            count += match tenth {
                21..50 => 0,
                50..60 => 10,
                _ => 100,
            };
            history.add(at(tenth), count);
        }
        assert_eq!(history.longest_pause(at(10), at(90)), Duration::from_secs(3));
        assert_eq!(history.longest_pause(at(60), at(90)), Duration::from_millis(100));
        assert_eq!(history.longest_pause(at(30), at(40)), Duration::from_secs(1));
        let again = history.flows_again(at(50), 900.0).unwrap();
        assert!((700..=1000).contains(&again.as_millis()), "{again:?}");
        assert_eq!(history.flows_again(at(95), 900.0), None);
    }
}
