// Brings a chart's data: all of it for a new frame, only the end while it moves.
import { queryRange } from "../lib/api";
import { type Grid, merged, toGrid } from "../lib/grid";
import { type Asked, combined, needsBand, type Pace } from "../lib/promql";
import { type Frame, stepFor } from "../lib/time";

export interface Source {
  asked: Asked[];
  instance: string;
  interval: number; // seconds between samples
  /** No bands: stacks and heat maps have no room for them. */
  plain?: boolean;
  /** The first expression exactly as it is. */
  raw?: boolean;
}

const RECENT = 2; // points at the end that may have been incomplete and are asked again
const LEAST_LOOKBACK = 25; // slow collectors answer every 10 s

interface Loaded {
  key: string;
  grid: Grid;
  to: number;
}

export class Loader {
  private loaded: Loaded | null = null;
  private running: AbortController | null = null;

  constructor(private readonly source: Source) {}

  get busy() {
    return this.running !== null;
  }

  /** Null: nothing new. Throws what the request throws. An older request still running is given up. */
  async load(frame: Frame): Promise<Grid | null> {
    const { interval } = this.source;
    const step = stepFor(frame.to - frame.from, interval);
    // A point on either side, so that lines reach the edges.
    const from = Math.floor(frame.from / step) * step;
    const to = Math.floor(frame.to / step) * step;
    const key = String(step);
    const old =
      this.loaded?.key === key && from <= this.loaded.to && from >= (this.loaded.grid.times[0] ?? 0)
        ? this.loaded
        : null;
    if (old && to === old.to) return null;
    const start = old && to > old.to ? Math.max(from, old.to - RECENT * step) : from;
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    try {
      const fresh = toGrid(await this.ask(start, to, step, mine.signal), start, to, step);
      const grid = old && start > from ? merged(old.grid, fresh, from) : fresh;
      this.loaded = { key, grid, to };
      return grid;
    } finally {
      if (this.running === mine) this.running = null;
    }
  }

  stop() {
    this.running?.abort();
  }

  /** The next load brings everything: something was missed. */
  forget() {
    this.loaded = null;
  }

  private async ask(from: number, to: number, step: number, signal: AbortSignal) {
    const { asked, instance, interval, plain, raw } = this.source;
    if (raw) return (await queryRange(asked[0]?.expr ?? "", from, to, step, undefined, signal)).series;
    const pace: Pace = { step, interval };
    const query = combined(asked, instance, pace, !plain && needsBand(pace));
    return (await queryRange(query, from, to, step, Math.max(LEAST_LOOKBACK, 4 * interval), signal)).series;
  }
}
