// The live tail: comes back by itself where it left off, ever more slowly while it cannot.

const FIRST_MILLIS = 500;
const MOST_MILLIS = 15_000;

/**
 * @typedef {{event: "reading", device: string, ts: string, received_at: string, values: Record<string, unknown>}} ReadingEvent
 * @typedef {{event: "presence", device: string, at: string, online: boolean}} PresenceEvent
 * @typedef {{event: "gap", device: string, boot: number, first: number, last: number}} GapEvent
 * @typedef {{event: "missed", count: number}} MissedEvent
 * @typedef {ReadingEvent | PresenceEvent | GapEvent | MissedEvent} LiveEvent
 */

const NAMES = ["reading", "presence", "gap", "missed"];

export class Stream {
  /**
   * @param {URLSearchParams} query What to watch.
   * @param {{event: (event: LiveEvent) => void, state: (state: "live" | "away") => void}} handlers
   */
  constructor(query, handlers) {
    this.query = query;
    this.handlers = handlers;
    this.last = "";
    this.wait = FIRST_MILLIS;
    /** @type {EventSource | null} */
    this.source = null;
    this.timer = 0;
    this.open();
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  open() {
    this.close();
    const query = new URLSearchParams(this.query);
    if (this.last) query.set("last_event_id", this.last);
    const source = new EventSource(`/stream?${query}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.wait = FIRST_MILLIS;
      this.handlers.state("live");
    });
    source.addEventListener("error", () => this.again());
    for (const name of NAMES)
      source.addEventListener(name, (message) => {
        if (message.lastEventId) this.last = message.lastEventId;
        this.handlers.event(JSON.parse(message.data));
      });
  }

  again() {
    this.close();
    this.handlers.state("away");
    // Spread, so that not every page comes back in the same moment.
    const wait = this.wait * (0.5 + Math.random());
    this.wait = Math.min(MOST_MILLIS, this.wait * 2);
    this.timer = setTimeout(async () => {
      if (await isSignedOut()) location.reload();
      else this.open();
    }, wait);
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}

/** An event source does not tell why it failed, so the page is asked. */
async function isSignedOut() {
  try {
    const answer = await fetch("/settings", {
      method: "HEAD",
      headers: { accept: "application/json" },
      redirect: "manual",
    });
    return answer.status === 401;
  } catch {
    return false;
  }
}
