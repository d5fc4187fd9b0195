// What pages share: asking again and again, and the pulse.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { isAborted, isAway } from "../lib/api";
import { currentPulse, onPulse, type Pulse, suspect } from "../lib/live";

export function usePulse(): Pulse {
  const [pulse, set] = useState(currentPulse());
  useEffect(() => onPulse(set), []);
  return pulse;
}

/** The pulse in steps of some seconds, for what need not move every second. */
export function useNow(every: number): number {
  const [now, set] = useState(currentPulse().now);
  useEffect(() => onPulse((pulse) => set((old) => (Math.abs(pulse.now - old) >= every ? pulse.now : old))), [every]);
  return now;
}

export interface Asked<T> {
  value: T | null; // the last that was known, also after a failure
  error: string;
}

/** Asks when a key changes, and every so many seconds; a failure keeps what was known. */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, keys: unknown[], every = 0): Asked<T> {
  const [asked, set] = useState<Asked<T>>({ value: null, error: "" });
  // Not after the page is painted: the question would wait for that.
  useLayoutEffect(() => {
    const stop = new AbortController();
    let last = currentPulse().now;
    let busy = false;
    let health = currentPulse().health;
    const run = async () => {
      busy = true;
      try {
        set({ value: await ask(stop.signal), error: "" });
      } catch (error) {
        if (isAborted(error)) return;
        if (isAway(error)) suspect();
        else set((old) => ({ ...old, error: error instanceof Error ? error.message : String(error) }));
      } finally {
        busy = false;
      }
    };
    run();
    const off = onPulse((pulse) => {
      const back = health === "away" && pulse.health === "live";
      health = pulse.health;
      if (busy || (!back && (every === 0 || pulse.now - last < every || pulse.health !== "live"))) return;
      last = pulse.now;
      run();
    });
    return () => {
      stop.abort();
      off();
    };
  }, keys);
  return asked;
}
