//! Collects what a test logs.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::{Arc, Mutex, Once, PoisonError},
};

use tracing::Level;
use tracing_subscriber::{
    Layer as _,
    filter::dynamic_filter_fn,
    fmt::{self, MakeWriter},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

thread_local! {
    /// Where this thread's log goes.
    static CURRENT: RefCell<Option<Text>> = const { RefCell::new(None) };
}

/// One subscriber for the process: with one a thread, what a thread without logs first may be taken for what nobody wants,
/// and is then missing in all of them.
static SUBSCRIBER: Once = Once::new();

/// The log of this thread, from its making until it is dropped. A test whose runtime has several threads sees its own alone.
#[derive(Debug)]
pub struct Logs {
    text: Text,
}

impl Logs {
    /// Begins to collect, from the level DEBUG on.
    pub fn capture() -> Self {
        SUBSCRIBER.call_once(|| {
            let is_wanted = dynamic_filter_fn(|metadata, _| {
                *metadata.level() <= Level::DEBUG && CURRENT.with_borrow(Option::is_some)
            });
            let lines = fmt::layer().with_ansi(false).with_writer(Current).with_filter(is_wanted);
            tracing_subscriber::registry().with(lines).init();
        });
        let text = Text::default();
        CURRENT.set(Some(text.clone()));
        Self { text }
    }

    /// All lines until now.
    pub fn text(&self) -> String {
        let bytes = self.text.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether some line has this.
    pub fn contains(&self, part: &str) -> bool {
        self.text().contains(part)
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

#[derive(Debug, Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Current;

impl MakeWriter<'_> for Current {
    type Writer = Text;

    fn make_writer(&self) -> Text {
        CURRENT.with_borrow(|current| current.clone().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collects_lines_with_their_fields() {
        let logs = Logs::capture();
        tracing::warn!(queue.depth = 7, "The queue is full.");
        assert!(logs.contains("WARN"));
        assert!(logs.contains("The queue is full. queue.depth=7"));
        std::thread::spawn(|| tracing::warn!("Somebody else's.")).join().unwrap();
        assert!(!logs.contains("Somebody else's."));
        drop(logs);
        let later = Logs::capture();
        assert_eq!(later.text(), "");
    }
}
