//! What pictures are taken of: a name, an address, and a script that opens what is to be seen.

/// A picture to take.
pub(super) type Shot<'s> = (&'s str, &'s str, &'s str);

/// Opens every detail.
pub(super) const DETAILS: &str =
    "document.querySelectorAll('main details').forEach((one) => { one.open = true })";
/// Opens the page's menu.
const MENU: &str = "document.querySelector('details.menu').open = true";

/// Charts as they are before their data is drawn.
const LOADING: &str = "document.querySelectorAll('.plot .chart').forEach((one) => {
    one.classList.add('skeleton');
    one.replaceChildren();
})";
/// What the pill says while the stream is away.
const RECONNECTING: &str = "setInterval(() => {
    const pill = document.querySelector('#pill');
    pill.dataset.state = 'away';
    pill.firstElementChild.textContent = 'Reconnecting, 12 s old';
}, 50)";
/// Sends lines of which one is wrong.
const IMPORT: &str = "document.querySelector('#lines').value = 'name,enabled,labels\\ntruck-0001,true,depot=berlin\\nTruck 2,true,';
document.querySelector('form.stack').submit()";

/// Nobody is signed in.
pub(super) const DOOR: [Shot<'_>; 2] = [
    ("sign-in", "/sign-in?next=/devices", ""),
    (
        "sign-in-refused",
        "/sign-in",
        "document.querySelector('#email').value = 'nobody@demo.example';
         document.querySelector('#password').value = 'guess';
         document.querySelector('.card').submit()",
    ),
];

/// A fleet in which nothing has happened.
pub(super) const NOTHING: [Shot<'_>; 5] = [
    ("empty-overview", "/", ""),
    ("empty-devices", "/devices", ""),
    ("empty-live", "/live", ""),
    ("empty-dead-letters", "/dead-letters", ""),
    ("empty-tokens", "/settings/tokens", ""),
];

/// A fleet that drives.
pub(super) const WORLD: [Shot<'_>; 37] = [
    ("overview", "/", ""),
    ("overview-table", "/", DETAILS),
    ("overview-reconnecting", "/", RECONNECTING),
    ("devices", "/devices", ""),
    ("devices-filtered", "/devices?label=depot:berlin&state=online", ""),
    ("devices-with-gaps", "/devices?state=with_gaps", ""),
    ("devices-not-found", "/devices?search=nothing-like-it", ""),
    ("devices-menu", "/devices", MENU),
    ("devices-create", "/devices", "document.querySelector('#create').showPopover()"),
    ("import", "/import/devices", ""),
    ("import-result", "/import/devices", IMPORT),
    ("device", "/devices/truck-0001", ""),
    ("device-loading", "/devices/truck-0001", LOADING),
    ("device-reconnecting", "/devices/truck-0001", RECONNECTING),
    ("device-short", "/devices/truck-0001?key=speed&key=door_open&key=battery&range=15m", ""),
    ("device-menu", "/devices/truck-0001", MENU),
    ("device-range", "/devices/truck-0001", "document.querySelector('#custom').showPopover()"),
    ("device-certificate", "/devices/truck-0001", "document.querySelector('#issue').showPopover()"),
    ("device-labels", "/devices/truck-0001", "document.querySelector('#edit-labels').showPopover()"),
    ("device-delete", "/devices/truck-0001", "document.querySelector('#delete').showPopover()"),
    ("device-silent", "/devices/cold-store-04", ""),
    ("live", "/live", ""),
    ("live-paused", "/live", "setTimeout(() => document.querySelector('#pause').click(), 1000)"),
    ("dead-letters", "/dead-letters", ""),
    ("dead-letters-filtered", "/dead-letters?reason=bad_message", ""),
    (
        "dead-letters-discard",
        "/dead-letters?reason=not_json",
        "document.querySelector('#discard-all').showPopover()",
    ),
    ("settings", "/settings", ""),
    ("tokens", "/settings/tokens", ""),
    ("tokens-create", "/settings/tokens", "document.querySelector('#create').showPopover()"),
    ("tokens-revoke", "/settings/tokens", "document.querySelector('[id^=revoke]').showPopover()"),
    ("users", "/settings/users", ""),
    ("users-create", "/settings/users", "document.querySelector('#create').showPopover()"),
    ("users-change", "/settings/users", "document.querySelector('tbody [id^=change]').showPopover()"),
    ("fleets", "/settings/fleets", ""),
    ("fleets-change", "/settings/fleets", "document.querySelector('[id^=change]').showPopover()"),
    ("audit", "/settings/audit", ""),
    ("not-found", "/devices/truck-9999", ""),
];

/// What is shown once, since something is made with it.
pub(super) const MADE: [Shot<'_>; 2] = [
    ("issued", "/devices/truck-0002", "document.querySelector('#issue').submit()"),
    (
        "tokens-secret",
        "/settings/tokens",
        "document.querySelector('#name').value = 'dashboards'; document.querySelector('#create').submit()",
    ),
];
