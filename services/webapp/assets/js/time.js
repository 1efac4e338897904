// Times in the person's own zone, and ages that stay true.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const zoneName = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** @param {number} value @param {number} [length] */
const pad = (value, length = 2) => String(value).padStart(length, "0");

/** The short name of the person's zone at a moment, such as `CET`. @param {Date} at */
export function zoneAt(at) {
  const part = zoneName
    .formatToParts(at)
    .find((part) => part.type === "timeZoneName");
  return part?.value ?? zone;
}

/** `2026-11-21 05:30:12 CET` @param {Date} at */
export function moment(at) {
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day} ${clock.format(at)} ${zoneAt(at)}`;
}

/** `05:30:12.123` @param {Date} at */
export function clockWithMillis(at) {
  return `${clock.format(at)}.${pad(at.getMilliseconds(), 3)}`;
}

/** `3 s ago` or `in 3 d`, as the server writes it. @param {number} at @param {number} now */
export function distance(at, now) {
  const delta = now - at;
  const seconds = Math.floor(Math.abs(delta) / 1000);
  if (seconds < 1) return "now";
  const text = span(seconds);
  return delta > 0 ? `${text} ago` : `in ${text}`;
}

/** @param {number} seconds */
export function span(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Moves the element's time. @param {Element} element @param {number} at */
export function setTime(element, at) {
  element.setAttribute("datetime", new Date(at).toISOString());
  refresh(element, Date.now());
}

/** @param {Element} element @param {number} now */
function refresh(element, now) {
  const at = new Date(element.getAttribute("datetime") ?? "");
  if (Number.isNaN(at.getTime())) return;
  if (element.getAttribute("data-time") === "at") {
    setText(element, moment(at));
    return;
  }
  setText(element, distance(at.getTime(), now));
  const title = moment(at);
  if (element.getAttribute("title") !== title)
    element.setAttribute("title", title);
}

/** @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Puts every time below this element right. @param {ParentNode} root */
export function refreshTimes(root) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[data-time]"))
    refresh(element, now);
}

/** Puts times right now, every second, and in what htmx brings. */
export function startTimes() {
  refreshTimes(document);
  setInterval(() => {
    if (document.visibilityState === "visible") refreshTimes(document);
  }, 1000);
  document.addEventListener("htmx:after:swap", () => refreshTimes(document));
}
