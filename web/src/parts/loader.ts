// Brings a chart's data: all of it for a new frame, only the end while it moves.
import { queryRange, type Series } from "../lib/api";
import { wish } from "../lib/desk";
import { type Grid, merged, toGrid } from "../lib/grid";
import { type Asked, combined, needsBand, type Pace } from "../lib/promql";
import { type Frame, stepFor } from "../lib/time";

export interface Source {
  asked: Asked[];
  instance: string;
  interval: number; // seconds between samples
  /** For how many points there is room. */
  points: () => number;
  /** No bands: stacks and heat maps have no room for them. */
  plain?: boolean;
  /** The first expression exactly as it is. */
  raw?: boolean;
}

const RECENT = 2; // points at the end that may have been incomplete and are asked again
const LEAST_LOOKBACK = 25; // slow collectors answer every 10 s

interface Loaded {
  step: number;
  grid: Grid;
  to: number;
}

export class Loader {
  private loaded: Loaded | null = null;
  private running: { stop: AbortController; step: number } | null = null;

  constructor(private readonly source: Source) {}

  get busy() {
    return this.running !== null;
  }

  /** Whether something is asked that is of use for this frame, too. */
  busyFor(frame: Frame) {
    return this.running?.step === this.stepOf(frame);
  }

  /** Whether what there is was asked with points of the width that is right now. */
  fits(frame: Frame) {
    return this.loaded === null || this.loaded.step === this.stepOf(frame);
  }

  private stepOf({ from, to }: Frame) {
    return stepFor(to - from, this.source.interval, this.source.points());
  }

  /** Null: nothing new. Throws what the request throws. An older request still running is given up. */
  async load(frame: Frame, urgent = () => true): Promise<Grid | null> {
    const step = this.stepOf(frame);
    // A point on either side, so that lines reach the edges.
    const from = Math.floor(frame.from / step) * step;
    const to = Math.floor(frame.to / step) * step;
    const old =
      this.loaded?.step === step && from <= this.loaded.to && from >= (this.loaded.grid.times[0] ?? 0)
        ? this.loaded
        : null;
    if (old && to === old.to) return null;
    const start = old && to > old.to ? Math.max(from, old.to - RECENT * step) : from;
    this.running?.stop.abort();
    const mine = { stop: new AbortController(), step };
    this.running = mine;
    try {
      const fresh = toGrid(await this.ask(start, to, step, urgent, mine.stop.signal), start, to, step);
      const grid = old && start > from ? merged(old.grid, fresh, from) : fresh;
      this.loaded = { step, grid, to };
      return grid;
    } finally {
      if (this.running === mine) this.running = null;
    }
  }

  stop() {
    this.running?.stop.abort();
  }

  /** The next load brings everything: something was missed. */
  forget() {
    this.loaded = null;
  }

  private ask(from: number, to: number, step: number, urgent: () => boolean, signal: AbortSignal): Promise<Series[]> {
    const { asked, instance, interval, plain, raw } = this.source;
    if (raw) return queryRange(asked[0]?.expr ?? "", from, to, step, undefined, signal);
    const pace: Pace = { step, interval };
    const query = (mark: string) => combined(asked, instance, pace, !plain && needsBand(pace), mark);
    return wish({ query, from, to, step, lookback: Math.max(LEAST_LOOKBACK, 4 * interval), urgent, signal });
  }
}
