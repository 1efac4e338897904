//! One real Chromium for all tests, which take turns.

mod evidence;
mod tab;

use std::time::Duration;

use argosy_browser::{Certificates, Driver};
use tokio::sync::{Mutex, OnceCell};

pub(crate) use tab::{Tab, Theme};

/// How long anything on a page may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A page of the browser, for as long as the test has it.
pub(crate) async fn open() -> Tab {
    static BROWSER: OnceCell<Mutex<Driver>> = OnceCell::const_new();
    let browser =
        BROWSER.get_or_init(async || Mutex::new(Driver::start(Certificates::Trusted).await.unwrap())).await;
    Tab::new(browser.lock().await).await
}
