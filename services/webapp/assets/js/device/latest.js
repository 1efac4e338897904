// The table of latest values: a value that changes fades, and moves nothing.
import { setTime } from "../time.js";
import { words } from "../values.js";

export class Latest {
  constructor() {
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    for (const row of document.querySelectorAll("[data-latest] tr[data-key]"))
      if (row instanceof HTMLElement) this.rows.set(row.dataset.key ?? "", row);
  }

  /** @param {import("../stream.js").ReadingEvent} event */
  take(event) {
    const at = new Date(event.ts).getTime();
    for (const [key, value] of Object.entries(event.values)) {
      const row = this.rows.get(key);
      const time = row?.querySelector("time");
      const output = row?.querySelector("output");
      if (!time || !output) continue;
      // Late readings do not take back what is newer.
      if (at < new Date(time.getAttribute("datetime") ?? 0).getTime()) continue;
      setTime(time, at);
      const text = words(value);
      if (output.textContent === text) continue;
      output.textContent = text;
      output.classList.remove("changed");
      requestAnimationFrame(() => output.classList.add("changed"));
    }
    const seen = document.querySelector(".seen time");
    if (seen) setTime(seen, new Date(event.received_at).getTime());
  }
}
