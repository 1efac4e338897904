//! What keys do.

use thirtyfour::Key;

use crate::{
    browser,
    stack::{Fleet, run},
};

#[test]
fn keys_search_go_move_and_close() {
    run(async {
        let fleet = Fleet::new().await;
        for device in ["bus-1", "bus-2"] {
            fleet.device(device, &[]).await;
        }
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        tab.goto("/").await;
        tab.write("body", "gd").await;
        tab.until("location.pathname == '/devices'").await;
        tab.write("body", Key::Down).await;
        tab.until("document.activeElement.innerText == 'bus-1'").await;
        tab.write("tbody tr:first-child th a", Key::Down).await;
        tab.until("document.activeElement.innerText == 'bus-2'").await;
        tab.write("body", "/").await;
        tab.until("document.activeElement.id == 'search'").await;
        tab.write("#search", "bus-2").await;
        tab.until("document.querySelectorAll('#list tbody tr').length == 1").await;
        tab.until("location.search.includes('search=bus-2')").await;
        tab.write("#search", Key::Escape).await;
        tab.until("document.activeElement == document.body").await;
        tab.click("[popovertarget=create]").await;
        tab.until("document.querySelector('#create:popover-open')").await;
        tab.write("body", Key::Escape).await;
        tab.until("!document.querySelector('#create:popover-open')").await;
        tab.write("body", "gl").await;
        tab.until("location.pathname == '/live'").await;
        tab.assert_quiet().await;
    });
}
