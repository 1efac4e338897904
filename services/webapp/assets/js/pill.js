// The pill that says whether what is shown is live, paused, or how old it is.
import { span } from "./time.js";

/** @typedef {"live" | "paused" | "away" | "still"} LiveState */

export class Pill {
  /** @param {string} id */
  constructor(id) {
    this.element = document.getElementById(id);
    /** @type {LiveState} */
    this.state = "still";
    this.fresh = Date.now();
    setInterval(() => this.show(), 1000);
  }

  /** Something fresh is shown. */
  touch() {
    this.fresh = Date.now();
  }

  /** @param {LiveState} state */
  set(state) {
    if (state === this.state) return;
    this.state = state;
    this.show();
  }

  show() {
    if (!this.element) return;
    const age = span(Math.floor((Date.now() - this.fresh) / 1000));
    const words = {
      live: "Live",
      paused: "Paused",
      away: `Reconnecting, ${age} old`,
      still: "Connecting",
    }[this.state];
    this.element.dataset.state = this.state;
    const label = this.element.firstElementChild;
    if (label && label.textContent !== words) label.textContent = words;
  }
}
