// Keeps the newest events and shows those that the filter lets through.
import { clockWithMillis } from "../time.js";
import { rate, words } from "../values.js";

/** Rows on the page. */
const ROWS = 100;
/** Events kept, for the filter and while the tail is paused. */
const KEPT = 2000;
/** How often the page is written at most. */
const WRITE_MILLIS = 125;
/** Over how long the pace is measured. */
const PACE_MILLIS = 5000;

/** @typedef {{kind: string, at: Date, device: string, event: string, pairs: [string, string][], text: string}} Row */

export class Tail {
  /** @param {Element} body */
  constructor(body) {
    this.rows = Array.from({ length: ROWS }, () => emptyRow(body));
    /** @type {Row[]} */
    this.kept = [];
    /** @type {Row[]} */
    this.waiting = [];
    /** @type {number[]} */
    this.times = [];
    this.seen = 0;
    this.missed = 0;
    this.paused = false;
    this.needle = "";
    this.changed = true;
    setInterval(() => this.write(), WRITE_MILLIS);
  }

  /** @param {import("../stream.js").LiveEvent} event */
  take(event) {
    this.seen += 1;
    this.times.push(performance.now());
    if (event.event === "missed") this.missed += Math.max(1, event.count);
    const list = this.paused ? this.waiting : this.kept;
    list.push(row(event));
    if (list.length > KEPT) list.splice(0, list.length - KEPT);
    this.changed = true;
  }

  /** @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    if (!paused) {
      this.kept.push(...this.waiting);
      this.kept.splice(0, this.kept.length - KEPT);
      this.waiting = [];
    }
    this.changed = true;
  }

  /** @param {string} text */
  filter(text) {
    this.needle = text.trim().toLowerCase();
    this.changed = true;
  }

  write() {
    const now = performance.now();
    while (this.times.length && now - (this.times[0] ?? 0) > PACE_MILLIS)
      this.times.shift();
    set("pace", rate((this.times.length * 1000) / PACE_MILLIS));
    if (!this.changed || document.visibilityState !== "visible") return;
    this.changed = false;
    set("seen", this.seen.toLocaleString("en-US"));
    const quiet = document.getElementById("quiet");
    if (quiet) quiet.hidden = this.seen > 0;
    const waiting = document.getElementById("waiting");
    if (waiting?.firstElementChild) {
      waiting.hidden = !this.paused;
      waiting.firstElementChild.textContent =
        this.waiting.length.toLocaleString("en-US");
    }
    const missed = document.getElementById("missed");
    if (missed && this.missed) {
      missed.hidden = false;
      const text = `${this.missed.toLocaleString("en-US")} events were left out: the page could not keep up, or was away.`;
      if (missed.textContent !== text) missed.textContent = text;
    }
    let at = this.kept.length - 1;
    for (const shown of this.rows) {
      while (
        at >= 0 &&
        this.needle &&
        !this.kept[at]?.text.includes(this.needle)
      )
        at -= 1;
      shown(at >= 0 ? this.kept[at] : undefined);
      at -= 1;
    }
  }
}

/** @param {string} id @param {string} text */
function set(id, text) {
  const element = document.getElementById(id);
  if (element && element.textContent !== text) element.textContent = text;
}

/** Adds a row, and answers with what writes it. @param {Element} body @returns {(row: Row | undefined) => void} */
function emptyRow(body) {
  const line = document.createElement("tr");
  const cells = ["t", "d", "e", "v"].map((name) => {
    const cell = document.createElement("td");
    cell.className = name;
    line.append(cell);
    return cell;
  });
  line.hidden = true;
  body.append(line);
  const [time, device, event, values] = cells;
  /** @type {Row | undefined} */
  let shown;
  return (row) => {
    if (row === shown || !time || !device || !event || !values) return;
    shown = row;
    line.hidden = !row;
    line.dataset.kind = row?.kind ?? "";
    time.textContent = row ? clockWithMillis(row.at) : "";
    device.textContent = row?.device ?? "";
    event.textContent = row?.event ?? "";
    values.replaceChildren(
      ...(row?.pairs ?? []).flatMap(([key, value]) => {
        const strong = document.createElement("b");
        strong.textContent = value;
        return [document.createTextNode(key ? `${key} ` : ""), strong, "  "];
      }),
    );
    values.title = row
      ? row.pairs.map((pair) => pair.join(" ")).join(", ")
      : "";
  };
}

/** @param {import("../stream.js").LiveEvent} event @returns {Row} */
function row(event) {
  const row = facts(event);
  const values = row.pairs.map((pair) => pair.join(" ")).join(" ");
  return {
    ...row,
    text: `${row.device} ${row.event} ${values}`.toLowerCase(),
  };
}

/** @param {import("../stream.js").LiveEvent} event @returns {Omit<Row, "text">} */
function facts(event) {
  switch (event.event) {
    case "reading":
      return {
        kind: "reading",
        at: new Date(event.ts),
        device: event.device,
        event: "Reading",
        pairs: Object.entries(event.values).map(([key, value]) => [
          key,
          words(value),
        ]),
      };
    case "presence":
      return {
        kind: event.online ? "online" : "offline",
        at: new Date(event.at),
        device: event.device,
        event: event.online ? "Online" : "Offline",
        pairs: [],
      };
    case "gap":
      return {
        kind: "gap",
        at: new Date(),
        device: event.device,
        event: "Gap",
        pairs: [["missing", `#${event.first} to #${event.last}`]],
      };
    case "missed":
      return {
        kind: "missed",
        at: new Date(),
        device: "",
        event: "Missed",
        pairs: [["", event.count ? `${event.count} events` : "some events"]],
      };
  }
}
