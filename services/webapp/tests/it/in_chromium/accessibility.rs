//! Every page, by axe-core, in both colours; and on a phone.

use std::{path::Path, sync::LazyLock};

use serde_json::{Value, json};

use crate::{
    browser::{self, Tab, Theme},
    pages,
    stack::{Fleet, away, run, world},
};

/// The checker, as npm installed it for the pages' own checks.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(file).unwrap()
});

/// What is open over a page: its page, and what is clicked.
const OPEN: [(&str, &str); 10] = [
    ("/devices", "details.menu summary"),
    ("/devices", "[popovertarget=create]"),
    ("/devices/truck-0001", "details.menu summary"),
    ("/devices/truck-0001", "[popovertarget=custom]"),
    ("/devices/truck-0001", "[popovertarget=issue]"),
    ("/dead-letters?reason=not_json", "[popovertarget=discard-all]"),
    ("/settings/tokens", "[popovertarget=create]"),
    ("/settings/tokens", "tbody [popovertarget]"),
    ("/settings/users", "tbody [popovertarget]"),
    ("/settings/fleets", "tbody [popovertarget]"),
];
/// Pages that have little to show before a fleet has devices.
const EMPTY: [&str; 5] = ["/", "/devices", "/live", "/dead-letters", "/settings/tokens"];

/// What makes a page wider than its screen.
const OUTSIDE: &str = "
    const width = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('main *')]
        .filter((element) => element.getBoundingClientRect().right > width)
        .map((element) => element.outerHTML.slice(0, 100));";

#[test]
fn axe_finds_nothing_serious() {
    run(async {
        let world = world().await;
        let pages = pages::addresses(world).await;
        let tab = browser::open().await;
        for theme in Theme::BOTH {
            tab.theme(theme).await;
            tab.goto("/sign-in").await;
            assert_clean(&tab, "/sign-in", theme).await;
        }
        tab.become_person_of(&world.fleet).await;
        for theme in Theme::BOTH {
            tab.theme(theme).await;
            for path in &pages {
                tab.goto(path).await;
                assert_clean(&tab, path, theme).await;
            }
            for (path, what) in OPEN {
                tab.goto(path).await;
                tab.click(what).await;
                assert_clean(&tab, &format!("{path} with {what}"), theme).await;
            }
        }
        tab.assert_quiet().await;
    });
}

#[test]
fn axe_finds_nothing_serious_where_there_is_nothing() {
    run(async {
        let fleet = Fleet::new().await;
        let away = format!("{}/devices", away::start().await);
        let tab = browser::open().await;
        tab.become_person_of(&fleet).await;
        for theme in Theme::BOTH {
            tab.theme(theme).await;
            for path in EMPTY {
                tab.goto(path).await;
                assert_clean(&tab, path, theme).await;
            }
            tab.assert_quiet().await;
            for path in ["/devices/nobody", &away] {
                tab.goto(path).await;
                assert_clean(&tab, path, theme).await;
            }
            // The console says that these pages failed.
            tab.log().await;
        }
    });
}

#[test]
fn pages_fit_a_phone() {
    run(async {
        let world = world().await;
        let pages = pages::addresses(world).await;
        let tab = browser::open().await;
        tab.become_person_of(&world.fleet).await;
        for width in [360, 768] {
            tab.size(width, 740).await;
            for path in &pages {
                tab.goto(path).await;
                let outside = tab.script(OUTSIDE).await;
                assert_eq!(outside, json!([]), "{path} fits {width}");
            }
        }
        tab.assert_quiet().await;
    });
}

/// Colours alone differ between the themes, so the second is checked for them alone.
async fn assert_clean(tab: &Tab, page: &str, theme: Theme) {
    let rules = match theme {
        Theme::Light => json!({}),
        Theme::Dark => {
            json!({"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}})
        }
    };
    tab.script(&AXE).await;
    let script = format!(
        "const [done] = arguments;
         axe.run(document, Object.assign({{resultTypes: ['violations']}}, {rules})).then(
             ({{violations}}) => done(violations
                 .filter(({{impact}}) => impact == 'serious' || impact == 'critical')
                 .map(({{id, nodes}}) => [id, nodes.slice(0, 4).map(({{html, failureSummary}}) => [html, failureSummary])])),
             (error) => done([String(error)]));"
    );
    let violations = tab.script_async(&script).await;
    assert_eq!(violations, Value::Array(Vec::new()), "{page}, {}", theme.as_str());
}
