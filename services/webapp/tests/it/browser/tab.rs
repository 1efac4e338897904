//! What a test does with the page, and sees of it.

use anyhow::{Context as _, ensure};
use argosy_browser::Driver;
use argosy_testkit::eventually;
use serde_json::{Value, json};
use thirtyfour::{By, TypingData, WebDriver, WebElement};
use tokio::sync::MutexGuard;

use super::DEADLINE;
use crate::stack::{Fleet, stack};

/// The cookie that holds the session's bearer.
const SESSION: &str = "__Host-argosy_session";

/// The colours of the pages.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub(crate) const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The page; nobody else has the browser meanwhile.
pub(crate) struct Tab {
    pub(super) driver: MutexGuard<'static, Driver>,
}

impl Tab {
    pub(super) async fn new(driver: MutexGuard<'static, Driver>) -> Self {
        let tab = Self { driver };
        tab.driver.web.goto("about:blank").await.unwrap();
        tab.command("Network.clearBrowserCookies", json!({})).await;
        tab.command("Network.clearBrowserCache", json!({})).await;
        tab.size(1440, 900).await;
        tab.log().await;
        tab
    }

    /// The browser itself, for what is not said better here.
    pub(crate) fn web(&self) -> &WebDriver {
        &self.driver.web
    }

    /// Sends a command of the DevTools.
    pub(crate) async fn command(&self, name: &str, parameters: Value) -> Value {
        self.driver.web.cdp().send_raw(name, parameters).await.unwrap()
    }

    /// Makes the page so large, in CSS pixels.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 640});
        self.command("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Becomes the person of this fleet, without the form.
    pub(crate) async fn become_person_of(&self, fleet: &Fleet) {
        self.cookie(SESSION, &fleet.bearer).await;
    }

    /// Is nobody any more.
    pub(crate) async fn leave(&self) {
        self.command("Network.deleteCookies", json!({"name": SESSION, "url": stack().await.url})).await;
    }

    /// Chooses the colours.
    pub(crate) async fn theme(&self, theme: Theme) {
        self.cookie("argosy_theme", theme.as_str()).await;
    }

    async fn cookie(&self, name: &str, value: &str) {
        let url = &stack().await.url;
        let cookie = json!({"name": name, "value": value, "url": url, "path": "/", "secure": true});
        let set = self.command("Network.setCookie", cookie).await;
        assert_eq!(set["success"], true, "{name}");
    }

    /// Opens a page of the site, or of another where the address is whole.
    pub(crate) async fn goto(&self, path: &str) {
        let url =
            if path.starts_with('/') { format!("{}{path}", stack().await.url) } else { path.to_owned() };
        self.driver.web.goto(url).await.unwrap();
    }

    /// What a script returns; it is the body of a function.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.driver.web.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// What a script hands to the function that is its last argument.
    pub(crate) async fn script_async(&self, script: &str) -> Value {
        self.driver.web.execute_async(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Waits until this expression of the page is true.
    pub(crate) async fn until(&self, expression: &str) {
        eventually(DEADLINE, async || {
            // A page that is going away cannot answer.
            let found = self.driver.web.execute(format!("return Boolean({expression})"), Vec::new()).await?;
            ensure!(found.json() == &Value::Bool(true), "not true: {expression}");
            Ok(())
        })
        .await;
    }

    /// The text of an element, as it is seen; waits until there is one.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let selector_json = json!(selector);
        eventually(DEADLINE, async || {
            let script = format!("return document.querySelector({selector_json})?.innerText");
            let found = self.driver.web.execute(script, Vec::new()).await?;
            found.json().as_str().map(ToOwned::to_owned).with_context(|| format!("no {selector}"))
        })
        .await
    }

    /// Waits until an element's text holds these words.
    pub(crate) async fn until_text(&self, selector: &str, words: &str) {
        let (selector, words) = (json!(selector), json!(words));
        self.until(&format!("document.querySelector({selector})?.innerText.includes({words})")).await;
    }

    /// An element that can be used; waits until there is one.
    pub(crate) async fn element(&self, selector: &str) -> WebElement {
        eventually(DEADLINE, async || {
            let element = self.driver.web.find(By::Css(selector.to_owned())).await?;
            ensure!(element.is_displayed().await?, "{selector} is not seen");
            Ok(element)
        })
        .await
    }

    /// Clicks an element.
    pub(crate) async fn click(&self, selector: &str) {
        self.element(selector).await.click().await.unwrap();
    }

    /// Types into an element.
    pub(crate) async fn write(&self, selector: &str, keys: impl Into<TypingData>) {
        self.element(selector).await.send_keys(keys).await.unwrap();
    }
}
