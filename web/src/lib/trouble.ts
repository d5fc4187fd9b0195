// How a machine is, from a few numbers: the order of the overview.
import type { TextId } from "../i18n/en";

export type Condition = "ok" | "warn" | "bad" | "away";

export interface Vitals {
  cpu: number | null; // percent
  memory: number | null;
  swap: number | null;
  disk: number | null; // the fullest
  load: number | null; // per core
  silent: number; // seconds since the last sample
}

export interface Reason {
  text: TextId;
  value: number;
  condition: Condition;
}

export const SILENT_AFTER = 120;
const ORDER: Condition[] = ["ok", "warn", "bad", "away"];

interface Limit {
  vital: Exclude<keyof Vitals, "silent">;
  text: TextId;
  warn: number;
  bad: number;
}

const LIMITS: Limit[] = [
  { vital: "disk", text: "why_disk", warn: 85, bad: 95 },
  { vital: "memory", text: "why_memory", warn: 85, bad: 95 },
  { vital: "cpu", text: "why_cpu", warn: 90, bad: 98 },
  { vital: "swap", text: "why_swap", warn: 50, bad: 90 },
  { vital: "load", text: "why_load", warn: 1.5, bad: 4 },
];

export function reasons(vitals: Vitals): Reason[] {
  if (vitals.silent > SILENT_AFTER) return [{ text: "why_away", value: vitals.silent, condition: "away" }];
  return LIMITS.flatMap(({ vital, text, warn, bad }) => {
    const value = vitals[vital];
    if (value === null || value < warn) return [];
    return [{ text, value, condition: value >= bad ? ("bad" as const) : ("warn" as const) }];
  });
}

export function conditionOf(all: Reason[]): Condition {
  return all.reduce<Condition>(
    (worst, { condition }) => (ORDER.indexOf(condition) > ORDER.indexOf(worst) ? condition : worst),
    "ok",
  );
}

/** Larger is worse; machines of one condition are in the order of their fullest resource. */
export function score(vitals: Vitals, all: Reason[]): number {
  const most = Math.max(vitals.cpu ?? 0, vitals.memory ?? 0, vitals.disk ?? 0);
  return ORDER.indexOf(conditionOf(all)) * 1000 + all.length * 100 + most;
}
