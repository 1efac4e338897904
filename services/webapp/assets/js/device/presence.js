// The strip under the charts: when the device was online.

const SVG = "http://www.w3.org/2000/svg";

export class Presence {
  constructor() {
    this.strip = document.getElementById("presence");
    this.words = document.getElementById("online");
    this.shown = "";
  }

  /** @param {import("./charts.js").Stretch[]} stretches */
  show(stretches) {
    const text = JSON.stringify(stretches);
    if (!this.strip || text === this.shown) return;
    this.shown = text;
    this.strip.replaceChildren(
      ...stretches.map((stretch) => {
        const part = document.createElementNS(SVG, "rect");
        part.setAttribute("class", stretch.kind);
        part.setAttribute("x", String(stretch.start));
        part.setAttribute("width", String(stretch.length));
        part.setAttribute("height", "10");
        const title = document.createElementNS(SVG, "title");
        title.textContent = stretch.title;
        part.append(title);
        return part;
      }),
    );
    const sum = (/** @type {(kind: string) => boolean} */ of) =>
      stretches
        .filter((stretch) => of(stretch.kind))
        .reduce((length, stretch) => length + stretch.length, 0);
    const known = sum((kind) => kind !== "unknown");
    const share = known
      ? `${((sum((kind) => kind === "on") / known) * 100).toFixed(1)} %`
      : "—";
    if (this.words) this.words.textContent = `${share} online`;
    this.strip.setAttribute("aria-label", `Online for ${share} of the range`);
  }
}
