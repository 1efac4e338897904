//! The overview while a fleet drives.

use argosy_wire::status::StatusMessage;
use chrono::Utc;

use crate::{
    browser,
    stack::{Fleet, World, run},
};

#[test]
fn the_overview_moves_and_nothing_shifts() {
    run(async {
        let world = World::new(Fleet::new().await).await;
        let _drive = world.drive();
        let tab = browser::open().await;
        tab.become_person_of(&world.fleet).await;
        tab.goto("/").await;
        tab.until_text("h1", "3 devices are offline").await;
        tab.until("document.querySelector('#traffic canvas')").await;
        tab.until_text("#pill", "Live").await;
        tab.script("window.before = document.querySelector('#traffic canvas').toDataURL()").await;

        let mut batch = world.fleet.batch();
        let boot = Utc::now().timestamp();
        batch.status("van-0002", Utc::now(), StatusMessage { online: false, boot, connection: 1 });
        world.fleet.ingest(batch).await;
        tab.until_text("h1", "4 devices are offline").await;
        tab.until_text("[data-value=online]", "55").await;
        tab.until("document.querySelector('#traffic canvas').toDataURL() != window.before").await;
        tab.assert_still().await;
        tab.assert_quiet().await;
    });
}
