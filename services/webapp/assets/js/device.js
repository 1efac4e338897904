// One device: latest values as they come, and charts that share an axis and a cursor.
import { Charts } from "./device/charts.js";
import { Latest } from "./device/latest.js";
import { Pill } from "./pill.js";
import { Stream } from "./stream.js";

const section = document.getElementById("charts");
const device = section?.dataset.device ?? "";
const fleet = section?.dataset.fleet ?? "";

const pill = new Pill("pill");
const latest = new Latest();
const charts = section ? new Charts(section, device, fleet) : null;

const query = new URLSearchParams({ device });
if (fleet) query.set("fleet", fleet);
new Stream(query, {
  state(state) {
    pill.set(state);
    if (state === "live") void charts?.refresh();
  },
  event(event) {
    pill.touch();
    if (event.event === "reading") {
      latest.take(event);
      charts?.take(event);
    } else if (event.event === "presence" || event.event === "missed") {
      void charts?.refresh();
    }
  },
});
