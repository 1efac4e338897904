//! What the browser noted of the pages: the console, the network, shifts of the layout.

use serde_json::{Value, json};

use super::Tab;
use crate::stack::stack;

/// What happened since the last look.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// What the console says is wrong.
    pub(crate) errors: Vec<String>,
    /// Every address that was asked for.
    pub(crate) requests: Vec<String>,
    /// Bytes that came over the wire.
    pub(crate) bytes: f64,
}

impl Tab {
    /// What happened since the last look.
    pub(crate) async fn log(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for entry in self.driver.web.browser_log().await.unwrap() {
            if matches!(entry.level.as_str(), "SEVERE" | "WARNING") {
                evidence.errors.push(entry.message);
            }
        }
        for entry in self.driver.web.get_log("performance").await.unwrap() {
            let entry: Value = serde_json::from_str(&entry.message).unwrap();
            let parameters = &entry["message"]["params"];
            match entry["message"]["method"].as_str() {
                Some("Network.requestWillBeSent") => {
                    evidence.requests.push(parameters["request"]["url"].as_str().unwrap().to_owned());
                }
                Some("Network.loadingFinished") => {
                    evidence.bytes += parameters["encodedDataLength"].as_f64().unwrap();
                }
                _ => {}
            }
        }
        evidence
    }

    /// Nothing went wrong since the last look, and nobody else was asked for anything.
    pub(crate) async fn assert_quiet(&self) -> Evidence {
        let evidence = self.log().await;
        assert_eq!(evidence.errors, Vec::<String>::new(), "the console has no errors");
        let home = format!("{}/", stack().await.url);
        let strangers: Vec<&String> = evidence
            .requests
            .iter()
            .filter(|url| !url.starts_with(&home) && !url.starts_with("data:") && *url != "about:blank")
            .collect();
        assert_eq!(strangers, Vec::<&String>::new(), "no other host is asked");
        evidence
    }

    /// How far the layout moved by itself since the page was opened, by the measure of the browser.
    pub(crate) async fn shift(&self) -> Value {
        self.script_async(
            "const [done] = arguments;
             const found = [];
             new PerformanceObserver((list) => {
                 for (const entry of list.getEntries())
                     if (!entry.hadRecentInput)
                         found.push({
                             value: entry.value,
                             at: entry.startTime,
                             nodes: entry.sources.map(({node}) => (node?.outerHTML ?? node?.parentNode?.outerHTML)?.slice(0, 120)),
                         });
             }).observe({type: 'layout-shift', buffered: true});
             setTimeout(() => done(found), 300);",
        )
        .await
    }

    /// Nothing moved by itself since the page was opened.
    pub(crate) async fn assert_still(&self) {
        assert_eq!(self.shift().await, json!([]), "nothing moves");
    }
}
