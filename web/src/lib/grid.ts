// Series of an answer on one grid of times: what charts are drawn from. Where nothing was, stands null: a gap.
import type { Labels, Series } from "./api";
import { TAG } from "./promql";

export interface Line {
  key: string; // the same line in the next answer
  index: number; // which expression of the chart
  labels: Labels;
  avg: (number | null)[];
  min: (number | null)[] | null;
  max: (number | null)[] | null;
}

export interface Grid {
  times: number[];
  step: number;
  lines: Line[];
}

const NOTHING: (number | null)[] = [];

type Variant = "avg" | "min" | "max";

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function timesOf(from: number, to: number, step: number): number[] {
  const n = Math.max(0, Math.floor((to - from) / step + 1e-6) + 1);
  return Array.from({ length: n }, (_, i) => from + i * step);
}

function untag(metric: Labels): { index: number; variant: Variant; labels: Labels } {
  const { [TAG]: tag, ...rest } = metric;
  if (tag === undefined) return { index: 0, variant: "avg", labels: rest };
  const { __name__, ...labels } = rest; // a chart's lines have names of their own
  const [variant = "avg", index = "0"] = tag.split(".").reverse();
  return { index: Number(index), variant: variant as Variant, labels };
}

/** The answer of a combined query (see promql.ts), asked for the times from, from + step … to, as lines over them. */
export function toGrid(series: Series[], from: number, to: number, step: number): Grid {
  const times = timesOf(from, to, step);
  const lines = new Map<string, Line>();
  for (const { metric, values } of series) {
    const { index, variant, labels } = untag(metric);
    const key = `${index}${keyOf(labels)}`;
    let line = lines.get(key);
    if (!line) {
      line = { key, index, labels, avg: NOTHING, min: null, max: null };
      lines.set(key, line);
    }
    line[variant] = values;
  }
  for (const line of lines.values()) {
    if (line.avg === NOTHING) line.avg = new Array(times.length).fill(null); // it has extremes only
  }
  return { times, step, lines: [...lines.values()].sort(byIndexAndLabels) };
}

const collator = new Intl.Collator("en", { numeric: true });
const byIndexAndLabels = (a: Line, b: Line) => a.index - b.index || collator.compare(a.key, b.key);

type Column = (number | null)[] | null;

function spliced(old: Column, add: Column, skip: number, keep: number, length: number): Column {
  if (!old && !add) return null;
  const head = old ? old.slice(skip, skip + keep) : new Array<null>(keep).fill(null);
  const tail = add ?? new Array<null>(length - keep).fill(null);
  return [...head, ...tail];
}

/** The old grid with its end replaced by a newer one and what is older than `from` left out. Steps are the same. */
export function merged(old: Grid, add: Grid, from: number): Grid {
  const start = add.times[0];
  if (start === undefined) return old;
  const skip = old.times.filter((t) => t < from - 1e-6).length;
  const keep = Math.max(0, old.times.filter((t) => t < start - 1e-6).length - skip);
  const times = [...old.times.slice(skip, skip + keep), ...add.times];
  const fresh = new Map(add.lines.map((line) => [line.key, line]));
  const known = new Map(old.lines.map((line) => [line.key, line]));
  const lines: Line[] = [];
  for (const key of new Set([...known.keys(), ...fresh.keys()])) {
    const a = known.get(key);
    const b = fresh.get(key);
    const base = b ?? a;
    if (!base) continue;
    const join = (variant: Variant) => spliced(a?.[variant] ?? null, b?.[variant] ?? null, skip, keep, times.length);
    const avg = join("avg") ?? [];
    if (avg.every((v) => v === null)) continue; // it left the window
    lines.push({ ...base, avg, min: join("min"), max: join("max") });
  }
  return { times, step: old.step, lines: lines.sort(byIndexAndLabels) };
}

export const lastOf = (column: (number | null)[]): number | null => column.findLast((v) => v !== null) ?? null;

/** The lines that matter most: those with the highest peaks, in their old order. */
export function topLines(lines: Line[], n: number): Line[] {
  if (lines.length <= n) return lines;
  const peak = (line: Line) =>
    (line.max ?? line.avg).reduce<number>(
      (a, v) => Math.max(a, v ?? Number.NEGATIVE_INFINITY),
      Number.NEGATIVE_INFINITY,
    );
  const kept = new Set([...lines].sort((a, b) => peak(b) - peak(a)).slice(0, n));
  return lines.filter((line) => kept.has(line));
}
