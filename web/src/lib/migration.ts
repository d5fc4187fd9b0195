// The migration of the server's store, as /api/v1/migrations tells of it and takes orders.
import { getJson, postJson } from "./api";

export const STATES = [
  "PLANNED",
  "PREFLIGHT",
  "CAPTURE",
  "COPY",
  "CATCH_UP",
  "VERIFY",
  "READY",
  "SWITCHING",
  "SOAK",
  "COMPLETED",
] as const;
export type State = (typeof STATES)[number] | "CANCELLED";

export interface Store {
  url: string;
  instance_id: string;
  kind?: string; // this and the figures only while the store is looked at
  series?: number;
  samples?: number;
  packs?: number;
  disk_bytes?: number;
  conflicts?: number;
}

export interface Progress {
  units: number;
  all_units: number;
  samples: number;
  unit_samples: number;
  bytes: number;
  all_bytes: number;
  lag_rows: number;
  bytes_per_second: number;
  seconds_left: number | null;
  limit_bytes_per_second: number;
  paused: boolean;
  windows: number;
  all_windows: number;
}

/** Of a migration that is or was; a server that never led one has but the fields of Quiet. */
export interface Migration extends Quiet {
  id: string;
  state: State;
  switched: boolean;
  switches: number;
  started: string | null;
  last_switch: string | null;
  writes_waited_seconds: number;
  other_store: Store;
  progress: Progress;
  verify: { samples: number; repaired: number; at: string | null; findings: string[] };
  canary: { percent: number; reads: number; mismatches: number };
  conflicts: { samples: number; first: string };
  asked: string;
}

export interface Rehearsal {
  state: "RUNNING" | "PASSED" | "FAILED" | "ENDED";
  to: string;
  samples: number;
  now: string;
  steps: { name: string; seconds: number }[];
  writes_waited_seconds: number;
  load: {
    batches: number;
    refused_batches: number;
    reads: number;
    failed_reads: number;
    read_p99_seconds_alone: number;
    read_p99_seconds_meanwhile: number;
  };
  compared_samples: number;
  findings: string[];
  problem: string;
}

interface Quiet {
  store_of_record: Store;
  possible: string[];
  rehearsal: Rehearsal | null; // the last one since the server's start
  problem: string;
  refused: string;
  commands: number;
}

export type Status = Migration | (Quiet & { state: null });

export interface Plan {
  from: string;
  to: string;
  series: number;
  samples: number;
  packs: number;
  bytes: number;
  target_there: boolean;
  free_bytes: number | null; // null: cannot be told
  wanted_bytes: number;
  source_free_bytes: number | null;
  source_wanted_bytes: number;
  clock_ahead_seconds: number | null; // of the target; null: the same machine
  estimated_seconds: number;
  measured: boolean; // by a short trial
  obstacles: string[];
}

const PATH = "api/v1/migrations";

export const migration = (signal: AbortSignal) => getJson<Status>(PATH, signal);
export const planTo = (to: string) => getJson<Plan>(`${PATH}/plan?${new URLSearchParams({ to })}`);

/** Answers with the number of commands done before it: it is done when the status counts more. */
export async function begin(to: string): Promise<void> {
  await postJson(`${PATH}?${new URLSearchParams({ to })}`);
}

export async function act(action: string, parameters: Record<string, string> = {}): Promise<void> {
  await postJson(`${PATH}/${action}?${new URLSearchParams(parameters)}`);
}

/** Whether something is under way. */
export const underWay = (status: Status): status is Migration =>
  status.state !== null && status.state !== "COMPLETED" && status.state !== "CANCELLED";

/** How far the present state's own work is, of 1; null where it cannot be said. */
export function done({ state, progress }: Migration): number | null {
  const share = (part: number, all: number) => (all > 0 ? Math.min(1, part / all) : null);
  if (state === "COPY") return share(progress.bytes, progress.all_bytes);
  if (state === "VERIFY") return share(progress.windows, progress.all_windows);
  return null;
}
