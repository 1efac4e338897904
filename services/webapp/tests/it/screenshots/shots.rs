//! What pictures are taken of: a name, an address, and a script that opens what is to be seen.

/// A picture to take.
pub(super) type Shot<'s> = (&'s str, &'s str, &'s str);

/// Opens every detail.
pub(super) const DETAILS: &str =
    "document.querySelectorAll('main details').forEach((one) => { one.open = true })";
/// Opens the page's menu.
const MENU: &str = "document.querySelector('details.menu').open = true";

/// Nobody is signed in.
pub(super) const DOOR: [Shot<'_>; 1] = [("sign-in", "/sign-in?next=/devices", "")];

/// A fleet in which nothing has happened.
pub(super) const NOTHING: [Shot<'_>; 5] = [
    ("empty-overview", "/", ""),
    ("empty-devices", "/devices", ""),
    ("empty-live", "/live", ""),
    ("empty-dead-letters", "/dead-letters", ""),
    ("empty-tokens", "/settings/tokens", ""),
];

/// A fleet that drives.
pub(super) const WORLD: [Shot<'_>; 32] = [
    ("overview", "/", ""),
    ("overview-table", "/", DETAILS),
    ("devices", "/devices", ""),
    ("devices-filtered", "/devices?label=depot:berlin&state=online", ""),
    ("devices-not-found", "/devices?search=nothing-like-it", ""),
    ("devices-menu", "/devices", MENU),
    ("devices-create", "/devices", "document.querySelector('#create').showPopover()"),
    ("import", "/import/devices", ""),
    ("device", "/devices/truck-0001", ""),
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
