// The live tail: a fixed number of rows whose text is written anew, so that nothing moves.
import { Tail } from "./live/tail.js";
import { Pill } from "./pill.js";
import { Stream } from "./stream.js";

const pill = new Pill("pill");
const form = /** @type {HTMLFormElement | null} */ (
  document.getElementById("filters")
);
const pause = document.getElementById("pause");
const body = document.querySelector("#tail tbody");
const tail = body ? new Tail(body) : null;
let state = /** @type {"live" | "away"} */ ("away");
/** @type {Stream | null} */
let stream = null;

function showState() {
  pill.set(tail?.paused ? "paused" : state);
}

function filter() {
  if (!form || !tail) return;
  const fields = new FormData(form);
  tail.filter(String(fields.get("text") ?? ""));
}

/** Watches what the form says; the address says it too. */
function watch() {
  if (!form) return;
  const query = new URLSearchParams();
  for (const name of ["device", "kind", "fleet"]) {
    const value = String(new FormData(form).get(name) ?? "").trim();
    if (value) query.set(name, value);
  }
  stream?.close();
  stream = new Stream(query, {
    state(now) {
      state = now;
      showState();
    },
    event(event) {
      pill.touch();
      tail?.take(event);
    },
  });
}

function address() {
  if (!form) return;
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (String(value).trim()) query.set(name, String(value).trim());
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

function toggle() {
  if (!tail || !pause) return;
  tail.pause(!tail.paused);
  pause.setAttribute("aria-pressed", String(tail.paused));
  pause.textContent = tail.paused ? "Resume" : "Pause";
  showState();
}

pause?.addEventListener("click", toggle);
document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.key !== " " || target.closest("input, select, textarea, button, a"))
    return;
  event.preventDefault();
  toggle();
});
form?.addEventListener("input", (event) => {
  filter();
  address();
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.name === "kind") watch();
});
form?.addEventListener("change", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.name === "device") watch();
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  watch();
});

filter();
watch();
