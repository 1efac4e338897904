//! Collects what a test logs.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{Level, subscriber::DefaultGuard};
use tracing_subscriber::fmt::MakeWriter;

/// The log of this thread, from its making until it is dropped. A test whose runtime has several threads sees its own alone.
#[derive(Debug)]
pub struct Logs {
    text: Text,
    _guard: DefaultGuard,
}

impl Logs {
    /// Begins to collect, from the level DEBUG on.
    pub fn capture() -> Self {
        let text = Text::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::DEBUG)
            .with_ansi(false)
            .with_writer(text.clone())
            .finish();
        Self { text, _guard: tracing::subscriber::set_default(subscriber) }
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

impl MakeWriter<'_> for Text {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
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
        assert!(!logs.contains("something else"));
    }
}
