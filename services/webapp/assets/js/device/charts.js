// The charts of a device: fetched by range, extended by what comes live.
import { draw } from "../chart.js";
import { onTheme } from "../theme.js";
import { moment } from "../time.js";
import { decimal } from "../values.js";
import { Presence } from "./presence.js";

/** How often live points are exchanged for the server's own buckets. */
const SETTLE_MILLIS = 30_000;

/**
 * @typedef {{key: string, is_state: boolean, points: [number, number | null][]}} Line
 * @typedef {{start: number, length: number, kind: string, title: string}} Stretch
 * @typedef {{from: number, to: number, every: number, live: boolean, series: Line[], presence: Stretch[]}} Chart
 */

export class Charts {
  /** @param {HTMLElement} section @param {string} device @param {string} fleet */
  constructor(section, device, fleet) {
    this.device = device;
    this.fleet = fleet;
    this.span = section.querySelector("#span");
    this.presence = new Presence();
    /** @type {Map<string, {figure: HTMLElement, box: HTMLElement, chart: ReturnType<typeof draw> | null}>} */
    this.plots = new Map();
    for (const figure of section.querySelectorAll("figure[data-key]")) {
      const box = figure.querySelector(".chart");
      if (figure instanceof HTMLElement && box instanceof HTMLElement)
        this.plots.set(figure.dataset.key ?? "", { figure, box, chart: null });
    }
    const text = document.getElementById("chart-data")?.textContent ?? "";
    /** @type {Chart} */
    this.data = JSON.parse(text);
    this.frame = 0;
    this.show();
    onTheme(() => this.rebuild());
    const resized = new ResizeObserver(() => {
      for (const { chart } of this.plots.values()) chart?.resize();
    });
    resized.observe(section);
    addEventListener("popstate", () => location.reload());
    setInterval(() => {
      if (this.data.live && document.visibilityState === "visible")
        void this.refresh();
    }, SETTLE_MILLIS);
    setInterval(() => this.slide(), 1000);
  }

  /** Fetches the range anew. */
  async refresh() {
    const query = new URLSearchParams(location.search);
    query.delete("key");
    for (const line of this.data.series) {
      query.append("key", line.key);
      if (line.is_state) query.append("state", line.key);
    }
    if (this.fleet) query.set("fleet", this.fleet);
    try {
      const answer = await fetch(
        `/devices/${encodeURIComponent(this.device)}/chart?${query}`,
        { headers: { accept: "application/json" } },
      );
      if (answer.status === 401) location.reload();
      if (!answer.ok) return;
      this.data = await answer.json();
      this.show();
    } catch {
      // What is drawn stays; the pill says that it is old.
    }
  }

  /** Adds what just came. @param {import("../stream.js").ReadingEvent} event */
  take(event) {
    if (!this.data.live) return;
    const at = new Date(event.ts).getTime();
    for (const line of this.data.series) {
      const value = event.values[line.key];
      const number = typeof value === "boolean" ? Number(value) : value;
      if (typeof number !== "number") continue;
      const last = line.points.at(-1)?.[0] ?? 0;
      if (at > last) line.points.push([at, number]);
    }
    this.slide();
  }

  /** Moves a live range with the clock. */
  slide() {
    if (!this.data.live || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const length = this.data.to - this.data.from;
      this.data.to = Math.max(this.data.to, Date.now());
      this.data.from = this.data.to - length;
      this.show();
    });
  }

  rebuild() {
    for (const plot of this.plots.values()) {
      plot.chart?.plot.destroy();
      plot.chart = null;
    }
    this.show();
  }

  show() {
    /** @type {[number, number]} */
    const range = [this.data.from / 1000, this.data.to / 1000];
    const last = this.data.series.at(-1)?.key;
    for (const line of this.data.series) {
      const plot = this.plots.get(line.key);
      if (!plot) continue;
      /** @type {[number[], (number | null)[]]} */
      const data = [
        line.points.map((point) => point[0] / 1000),
        line.points.map((point) => point[1]),
      ];
      if (plot.chart) plot.chart.set(data, range);
      else
        plot.chart = draw(plot.box, data, range, {
          is_state: line.is_state,
          has_times: line.key === last,
          sync: "device",
          zoom: (from, to) => void this.zoom(from * 1000, to * 1000),
          hover: (at, value) => this.read(plot.figure, line.key, at, value),
        });
      if (!plot.figure.matches(".hovered"))
        this.read(plot.figure, line.key, null, null);
    }
    this.presence.show(this.data.presence);
    if (this.span) {
      const text = `${moment(new Date(this.data.from))} to ${moment(new Date(this.data.to))}`;
      if (this.span.textContent !== text) this.span.textContent = text;
    }
  }

  /** Says what is under the cursor, or sums the line up. @param {HTMLElement} figure @param {string} key @param {number | null} at @param {number | null} value */
  read(figure, key, at, value) {
    const readout = figure.querySelector(".readout");
    const line = this.data.series.find((line) => line.key === key);
    if (!readout || !line) return;
    figure.classList.toggle("hovered", at != null);
    const text =
      at == null
        ? summary(line)
        : `${value == null ? "nothing" : line.is_state ? String(value > 0.5) : decimal(value)} at ${moment(new Date(at * 1000))}`;
    if (readout.textContent !== text) readout.textContent = text;
  }

  /** Shows the range drawn; the way back leads to the one before. @param {number} from @param {number} to */
  async zoom(from, to) {
    const query = new URLSearchParams(location.search);
    query.delete("range");
    query.set("from", String(Math.round(from)));
    query.set("to", String(Math.round(to)));
    history.pushState(null, "", `?${query}`);
    for (const link of document.querySelectorAll(
      "#charts .segments [aria-current]",
    ))
      link.removeAttribute("aria-current");
    document
      .querySelector('#charts [popovertarget="custom"]')
      ?.setAttribute("aria-current", "true");
    await this.refresh();
  }
}

/** @param {Line} line */
function summary(line) {
  const values = line.points.flatMap((point) =>
    point[1] == null ? [] : [point[1]],
  );
  const last = values.at(-1);
  if (last === undefined) return "nothing in this range";
  if (line.is_state) {
    const share = values.reduce((sum, value) => sum + value, 0) / values.length;
    return `true for ${(share * 100).toFixed(1)} % of the range, ${last > 0.5} at its end`;
  }
  const low = values.reduce((low, value) => Math.min(low, value), last);
  const high = values.reduce((high, value) => Math.max(high, value), last);
  return `lowest ${decimal(low)}, highest ${decimal(high)}, last ${decimal(last)}`;
}
