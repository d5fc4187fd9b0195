// Which series moved furthest from their usual: the span marked against the span of the same length before it.
import { type InstantSample, type Labels, queryInstant, queryRange } from "./api";
import { toGrid } from "./grid";
import { quoted } from "./promql";
import type { Frame } from "./time";

export interface Change {
  labels: Labels; // with __name__
  counter: boolean;
  before: number | null;
  within: number | null;
  score: number;
}

const NAME = "oreum_name"; // carries a metric's name through functions that drop it
// Counters by their names; kernel tables count, too, but for what says how many are there now.
const COUNTER = ".+_total|node_vmstat_.+|node_netstat_.+|.+_(count|sum)|container_memory_failcnt";
const NO_COUNTER = "node_netstat_Tcp_CurrEstab|node_netstat_Ip_Forwarding|node_textfile_.+";
// Clocks always move; buckets say nothing that counts do not.
const DULL = ".+_bucket|node_time_seconds|.*timestamp.*|.+_last_seen|node_timex_.+|node_scrape_.+|oreum_recorder_.+";
const PARTS = 12;

interface Kind {
  counter: boolean;
  selector: string;
}

function kinds(instance: string): Kind[] {
  const i = `instance=${quoted(instance)},__name__!~${quoted(DULL)}`;
  return [
    { counter: true, selector: `{${i},__name__=~${quoted(COUNTER)},__name__!~${quoted(NO_COUNTER)}}` },
    { counter: false, selector: `{${i},__name__!~${quoted(COUNTER)}}` },
    { counter: false, selector: `{${i},__name__=~${quoted(NO_COUNTER)}}` },
  ];
}

const named = (expr: string) => `label_replace(${expr}, "${NAME}", "$1", "__name__", "(.+)")`;

function keyOf(labels: Labels) {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function restored({ [NAME]: name = "", ...labels }: Labels): Labels {
  return { ...labels, __name__: name };
}

const byKey = (samples: InstantSample[]) => new Map(samples.map((sample) => [keyOf(sample.metric), sample]));

/** How far the mean moved, in units of how much the series usually moves; a tenth of its own size at least. */
export function scoreOf(before: number, within: number, spread: number): number {
  const moved = Math.abs(within - before);
  if (moved === 0) return 0;
  const usual = spread + 0.1 * Math.abs(before) + 0.02 * Math.max(Math.abs(before), Math.abs(within));
  return moved / (usual || Math.abs(within) || 1);
}

const OF_NEW = 8; // what a series scores that was not there before, or is not any more

function compare(
  before: InstantSample | undefined,
  within: InstantSample | undefined,
  spread: InstantSample | undefined,
  counter: boolean,
): Change | null {
  const sample = within ?? before;
  if (!sample) return null;
  const labels = restored(sample.metric);
  const a = before?.value ?? null;
  const b = within?.value ?? null;
  const score = a === null || b === null ? OF_NEW : scoreOf(a, b, spread?.value ?? 0);
  return { labels, counter, before: a, within: b, score };
}

async function changesOf({ counter, selector }: Kind, { from, to }: Frame, signal: AbortSignal): Promise<Change[]> {
  const span = Math.max(1, Math.round(to - from));
  const part = Math.max(5, Math.ceil(span / PARTS));
  const mean = named(counter ? `rate(${selector}[${span}s])` : `avg_over_time(${selector}[${span}s])`);
  const spread = named(
    counter
      ? `stddev_over_time(rate(${selector}[${part}s])[${span}s:${part}s])`
      : `stddev_over_time(${selector}[${span}s])`,
  );
  const [before, within, spreads] = await Promise.all([
    queryInstant(mean, from, signal),
    queryInstant(mean, to, signal),
    queryInstant(spread, from, signal),
  ]);
  const was = byKey(before);
  const is = byKey(within);
  const moves = byKey(spreads);
  const keys = new Set([...was.keys(), ...is.keys()]);
  return [...keys].flatMap((key) => compare(was.get(key), is.get(key), moves.get(key), counter) ?? []);
}

export interface Findings {
  all: number;
  changes: Change[]; // ranked
}

const LEAST_SCORE = 0.8;
const MOST = 60;

export async function findChanges(instance: string, frame: Frame, signal: AbortSignal): Promise<Findings> {
  const found = (await Promise.all(kinds(instance).map((kind) => changesOf(kind, frame, signal)))).flat();
  const changes = found.filter(({ score }) => score >= LEAST_SCORE).sort((a, b) => b.score - a.score);
  return { all: found.length, changes: changes.slice(0, MOST) };
}

export function selectorOf(labels: Labels): string {
  const inner = Object.entries(labels).map(([key, value]) => `${key}=${quoted(value)}`);
  return `{${inner.join(",")}}`;
}

/** The expression whose course is shown for a change. */
export function exprOf({ labels, counter }: Change, window: number): string {
  return counter ? `rate(${selectorOf(labels)}[${window}s])` : selectorOf(labels);
}

const COURSE_POINTS = 60;

/** The change's course over both spans. */
export async function courseOf(change: Change, { from, to }: Frame, signal: AbortSignal): Promise<(number | null)[]> {
  const step = Math.max(1, Math.ceil((2 * (to - from)) / COURSE_POINTS));
  const start = from - (to - from);
  const end = start + Math.floor((to - start) / step) * step;
  const series = await queryRange(exprOf(change, Math.max(step, 20)), start, end, step, Math.max(25, step), signal);
  return toGrid(series, start, end, step).lines[0]?.avg ?? [];
}
