// Line charts in the page's colours, on uPlot.
import uPlot from "uplot";
import { colour } from "./theme.js";

/** Room for the numbers beside a chart; the presence strip keeps it too. */
const GUTTER = 56;
/** Room between a chart and the page's edge. */
const EDGE = 8;
/** Half of the longest time under a chart. */
const HALF_LABEL = 26;

/**
 * @typedef {object} ChartOptions
 * @property {boolean} [is_state] True or false rather than a number.
 * @property {boolean} [has_times] Whether times stand under it.
 * @property {boolean} [from_zero] Whether the scale begins at zero.
 * @property {string} [sync] Charts of the same name share a cursor.
 * @property {(from: number, to: number) => void} [zoom] A range was drawn, in seconds.
 * @property {(seconds: number | null, value: number | null) => void} [hover]
 */

/** @param {number[]} values */
const trim = (values) =>
  values.map((value) => {
    const size = Math.abs(value);
    if (size >= 10_000)
      return `${Number((value / 1000).toFixed(1)).toLocaleString("en-US")}k`;
    return String(Number(value.toFixed(4))).replace("-", "−");
  });

/**
 * @param {HTMLElement} box
 * @param {uPlot.AlignedData} data Seconds, then values; an empty one breaks the line.
 * @param {[number, number]} range Seconds.
 * @param {ChartOptions} options
 */
export function draw(box, data, range, options) {
  const ink = colour("ink-3");
  const line = colour("line");
  const accent = colour("accent");
  const font = `12px ${colour("sans")}`;
  /** @type {uPlot.Options} */
  const settings = {
    width: Math.max(120, box.clientWidth),
    height: box.clientHeight,
    padding: [8, EDGE, options.has_times ? 0 : 4, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7, fill: accent, stroke: colour("ground"), width: 2 },
      drag: { x: Boolean(options.zoom), y: false, setScale: false },
      ...(options.sync
        ? { sync: { key: options.sync, scales: ["x", null] } }
        : {}),
    },
    scales: {
      x: { time: true, range: () => state.range },
      y: {
        range: options.is_state
          ? [-0.15, 1.15]
          : (_, low, high) => scale(low, high, options.from_zero),
      },
    },
    series: [
      {},
      {
        stroke: accent,
        width: 1.5,
        spanGaps: false,
        points: { show: true, size: 3, width: 0, fill: accent, filter: alone },
        fill: `color-mix(in srgb, ${accent} ${options.is_state ? 18 : 10}%, transparent)`,
        fillTo: (plot) => plot.scales.y?.min ?? 0,
        ...(options.is_state && uPlot.paths.stepped
          ? { paths: uPlot.paths.stepped({ align: 1 }) }
          : {}),
      },
    ],
    axes: [
      {
        show: true,
        size: options.has_times ? 28 : 0,
        stroke: options.has_times ? ink : "transparent",
        font,
        gap: 6,
        space: 88,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: times,
      },
      {
        size: GUTTER,
        stroke: ink,
        font,
        gap: 8,
        space: 32,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        ...(options.is_state
          ? { splits: () => [0, 1], values: () => ["false", "true"] }
          : { values: (_, values) => trim(values) }),
      },
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx;
          options.hover?.(
            at == null ? null : (plot.data[0][at] ?? null),
            at == null ? null : (plot.data[1]?.[at] ?? null),
          );
        },
      ],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          const from = plot.posToVal(plot.select.left, "x");
          const to = plot.posToVal(plot.select.left + plot.select.width, "x");
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          options.zoom?.(from, to);
        },
      ],
    },
  };
  const state = { range };
  box.classList.remove("skeleton");
  box.replaceChildren();
  const plot = new uPlot(settings, data, box);
  return {
    plot,
    /** @param {uPlot.AlignedData} data @param {[number, number]} range */
    set(data, range) {
      state.range = range;
      plot.setData(data);
    },
    resize() {
      plot.setSize({
        width: Math.max(120, box.clientWidth),
        height: box.clientHeight,
      });
    },
  };
}

/** A little air above and below; a constant runs through the middle. @param {number | null} low @param {number | null} high @param {boolean} [from_zero] @returns {[number, number]} */
function scale(low, high, from_zero) {
  if (low == null || high == null) return [0, 1];
  if (from_zero) return [0, Math.max(high * 1.15, 1)];
  if (low === high) {
    const air = Math.abs(low) * 0.1 || 1;
    return [low - air, high + air];
  }
  const air = (high - low) * 0.12;
  return [low - air, high + air];
}

/** Points without a neighbour, which no line shows. @param {uPlot} plot @returns {number[]} */
function alone(plot) {
  const values = plot.data[1] ?? [];
  const found = [];
  for (let at = 0; at < values.length; at += 1)
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null)
      found.push(at);
  return found;
}

const hours = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
});
const seconds = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const days = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
});

/** @param {uPlot} plot @param {number[]} splits @param {number} _ @param {number} __ @param {number} step */
function times(plot, splits, _, __, step) {
  const room = plot.bbox.width / devicePixelRatio + EDGE - HALF_LABEL;
  return splits.map((split) => {
    // What would be cut at the edge is left out.
    if (plot.valToPos(split, "x") > room) return "";
    const at = new Date(split * 1000);
    const is_midnight = at.getHours() === 0 && at.getMinutes() === 0;
    if (step >= 86_400 || is_midnight) return days.format(at);
    return step < 60 ? seconds.format(at) : hours.format(at);
  });
}
