//! The browser's pages; calls the API and nothing else.
