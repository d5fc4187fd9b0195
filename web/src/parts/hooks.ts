// What pages share: asking again and again, and the pulse.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { type Answers, answered, currentAnswers, failed, onAnswers } from "../lib/answers";
import { isAborted, isAway, isRefused } from "../lib/api";
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

export function useAnswers(): Answers {
  const [answers, set] = useState(currentAnswers());
  useEffect(() => onAnswers(set), []);
  return answers;
}

export interface Asked<T> {
  value: T | null; // the last that was known, also after a failure
  error: string;
}

const AGAIN_AFTER = 5;
const seconds = () => performance.now() / 1000;

/**
 * Asks when a key changes, and every so many seconds; a failure keeps what was known. The page's frame says that there is
 * one, unless the asker shows it on its `own`.
 */
export function useAsked<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  keys: unknown[],
  every = 0,
  own = false,
): Asked<T> {
  const [asked, set] = useState<Asked<T>>({ value: null, error: "" });
  // Not after the page is painted: the question would wait for that.
  useLayoutEffect(() => {
    const stop = new AbortController();
    const me = {};
    let last = seconds();
    let busy = false;
    let pause = every || Number.POSITIVE_INFINITY;
    let health = currentPulse().health;
    const run = async () => {
      busy = true;
      pause = every || Number.POSITIVE_INFINITY;
      try {
        const value = await ask(stop.signal);
        set({ value, error: "" });
        answered(me);
      } catch (error) {
        if (isAborted(error)) return;
        if (!isRefused(error)) pause = Math.min(pause, AGAIN_AFTER);
        if (isAway(error)) suspect();
        else {
          const message = error instanceof Error ? error.message : String(error);
          set((old) => ({ ...old, error: message }));
          if (!own) failed(me, message);
        }
      } finally {
        busy = false;
      }
    };
    run();
    const off = onPulse((pulse) => {
      const back = health === "away" && pulse.health === "live";
      health = pulse.health;
      // A pulse may come a little early.
      const due = health === "live" && seconds() - last + 0.5 >= pause;
      if (busy || !(back || due)) return;
      last = seconds();
      run();
    });
    return () => {
      stop.abort();
      answered(me);
      off();
    };
  }, keys);
  return asked;
}
