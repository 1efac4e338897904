// The overview, fetched again every few seconds and put in place without a shift.
import htmx from "htmx.org";
import { draw } from "./chart.js";
import { Pill } from "./pill.js";
import { onTheme } from "./theme.js";
import { moment } from "./time.js";
import { rate } from "./values.js";

const EVERY_MILLIS = 5000;
const MOST_MILLIS = 60_000;
/** Seconds that the chart shows. */
const SPAN = 3600;

const pill = new Pill("pill");
const page = document.getElementById("overview");
const box = document.getElementById("traffic");
/** @type {ReturnType<typeof draw> | null} */
let chart = null;
let wait = EVERY_MILLIS;
/** @type {Map<string, string>} */
let before = new Map();

/** @returns {[[number[], number[]], [number, number]]} */
function read() {
  const text = document.getElementById("traffic-data")?.textContent ?? "[]";
  /** @type {[number, number][]} */
  const points = JSON.parse(text);
  const end = points.at(-1)?.[0] ?? Date.now() / 1000;
  return [
    [points.map((point) => point[0]), points.map((point) => point[1])],
    [end - SPAN, end],
  ];
}

function show() {
  const readout = document.getElementById("traffic-readout");
  if (!box || !document.getElementById("traffic-data")) return;
  const [data, range] = read();
  if (chart) {
    chart.set(data, range);
    return;
  }
  chart = draw(box, data, range, {
    has_times: true,
    from_zero: true,
    hover(at, value) {
      if (!readout) return;
      if (at == null || value == null) readout.textContent = summary();
      else
        readout.textContent = `${rate(value)} msg/s at ${moment(new Date(at * 1000))}`;
    },
  });
}

function summary() {
  const values = read()[0][1];
  return `now ${rate(values.at(-1) ?? 0)} msg/s, peak ${rate(Math.max(0, ...values))}`;
}

/** Marks numbers that became others. */
function mark() {
  const after = new Map();
  for (const element of document.querySelectorAll("[data-value]")) {
    const [name, text] = [
      element.getAttribute("data-value") ?? "",
      element.textContent ?? "",
    ];
    after.set(name, text);
    if (before.has(name) && before.get(name) !== text) {
      element.classList.remove("changed");
      requestAnimationFrame(() => element.classList.add("changed"));
    }
  }
  before = after;
}

function again() {
  setTimeout(() => {
    if (document.visibilityState === "visible" && page)
      htmx.trigger(page, "refresh", {});
    else again();
  }, wait);
}

document.addEventListener("htmx:after:swap", () => {
  wait = EVERY_MILLIS;
  pill.touch();
  pill.set("live");
  show();
  mark();
});
document.addEventListener("htmx:finally:request", (event) => {
  const ctx = /** @type {CustomEvent} */ (event).detail?.ctx;
  if (!ctx?.response?.raw?.ok) {
    wait = Math.min(MOST_MILLIS, wait * 2);
    pill.set("away");
  }
  again();
});
onTheme(() => {
  chart?.plot.destroy();
  chart = null;
  show();
});
if (box) new ResizeObserver(() => chart?.resize()).observe(box);

mark();
show();
pill.set("live");
again();
