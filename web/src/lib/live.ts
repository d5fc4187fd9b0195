// The pulse of the page: server-sent events, one a collection. It says what time it is at the server, whether the server
// is there, and so when charts ask for what is new.

export type Health = "starting" | "live" | "away";

export interface Pulse {
  now: number; // unix seconds: the time of the newest collection
  health: Health;
  since: number; // browser's ms: when it was last heard of
  status: number; // of HTTP, when it is away but something answers in its place; else 0
}

const SILENCE_MS = 5000;
const RETRY_MS = 1000;
// One small series is enough: the events are a clock, the charts' values come from PromQL.
const STREAM = "api/v1/stream?metrics=node_load1";

let pulse: Pulse = { now: Date.now() / 1000, health: "starting", since: Date.now(), status: 0 };
const listeners = new Set<(pulse: Pulse) => void>();
let source: EventSource | null = null;
let ticks = 0;
let asking = false;

export const currentPulse = () => pulse;

export function onPulse(listener: (pulse: Pulse) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(change: Partial<Pulse>) {
  pulse = { ...pulse, ...change };
  for (const listener of listeners) listener(pulse);
}

function open() {
  source?.close();
  source = new EventSource(STREAM);
  source.addEventListener("sample", (event) => {
    ticks += 1;
    const { time } = JSON.parse(event.data) as { time: number };
    set({ now: time / 1000, health: "live", since: Date.now() });
  });
  source.addEventListener("error", () => {
    source?.close();
    source = null;
  });
}

/** A server may collect nothing itself and only take what others push: then its health is asked for. */
async function ask() {
  if (asking) return;
  asking = true;
  try {
    const response = await fetch("healthz", { signal: AbortSignal.timeout(SILENCE_MS) });
    const date = Date.parse(response.headers.get("date") ?? "");
    if (response.ok) set({ health: "live", since: Date.now(), now: (Number.isNaN(date) ? Date.now() : date) / 1000 });
    else set({ health: "away", status: response.status });
  } catch {
    set({ health: "away", status: 0 });
  } finally {
    asking = false;
  }
}

function watch() {
  if (document.hidden) return;
  if (!source) open();
  if (Date.now() - pulse.since > (ticks > 0 && pulse.health === "away" ? RETRY_MS : SILENCE_MS / 2)) ask();
}

/** Someone's request found nobody: look at once. */
export const suspect = () => {
  if (pulse.health === "live") ask();
};

export function startPulse() {
  open();
  setInterval(watch, RETRY_MS);
  document.addEventListener("visibilitychange", () => {
    // A page that nobody looks at costs the server nothing.
    if (document.hidden) {
      source?.close();
      source = null;
    } else watch();
  });
}
