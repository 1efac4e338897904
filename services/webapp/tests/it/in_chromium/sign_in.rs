//! The door.

use crate::{
    browser,
    stack::{Fleet, PASSWORD, run},
};

#[test]
fn one_signs_in_by_the_form_and_out_again() {
    run(async {
        let fleet = Fleet::new().await;
        let tab = browser::open().await;
        tab.goto("/devices?state=online").await;
        tab.write("#email", fleet.email.as_str()).await;
        tab.write("#password", "not the password").await;
        tab.click("button[type=submit]").await;
        tab.until_text(".notice", "The email or the password is wrong.").await;
        let errors = tab.log().await.errors;
        assert!(errors.iter().all(|error| error.contains("401")), "{errors:?}");

        tab.write("#password", PASSWORD).await;
        tab.click("button[type=submit]").await;
        tab.until("location.pathname + location.search == '/devices?state=online'").await;
        tab.until_text(".who .name", &fleet.email).await;
        let cookies = tab.script("return document.cookie").await;
        assert!(!cookies.as_str().unwrap().contains("session"), "scripts cannot read it: {cookies}");

        tab.click("form[action='/sign-out'] button").await;
        tab.until("location.pathname == '/sign-in'").await;
        tab.goto("/devices").await;
        tab.until("location.pathname == '/sign-in'").await;
        tab.assert_quiet().await;
    });
}
