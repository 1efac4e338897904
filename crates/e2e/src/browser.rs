//! A person at the pages, in a real browser.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use argosy_browser::{Certificates, Driver};
use thirtyfour::{By, WebDriver};

use crate::{
    pods::{DEVICE, FLEET},
    wait::until,
};

const LIMIT: Duration = Duration::from_secs(60);

/// Signs in, and finds the reading of the test's device on its page.
pub(crate) async fn sees_a_reading(url: &str, password: &str) -> anyhow::Result<()> {
    let driver = Driver::start(Certificates::Any).await?;
    let web = &driver.web;
    web.goto(format!("{url}/devices/{DEVICE}?fleet={FLEET}")).await?;
    write(web, "#email", "admin@localhost").await?;
    write(web, "#password", password).await?;
    web.find(By::Css("button[type=submit]")).await?.click().await?;
    until("the reading is seen in the browser", LIMIT, async || {
        let body = web.find(By::Css("body")).await?.text().await?;
        ensure!(body.contains(DEVICE) && body.contains("probe"), "the page says: {body}");
        Ok(())
    })
    .await
    .context("the page of the device")
}

async fn write(web: &WebDriver, selector: &str, text: &str) -> anyhow::Result<()> {
    until(selector, LIMIT, async || {
        let element = web.find(By::Css(selector.to_owned())).await?;
        element.clear().await?;
        element.send_keys(text).await?;
        Ok(())
    })
    .await
}
