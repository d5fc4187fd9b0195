// Charts hand in what they want to know; what is wanted for the same times goes to the server together. A browser opens six
// connections to a server, and each request costs it more than most queries cost Oreum.
import { queryRange, type Series, ServerError } from "./api";
import { TAG } from "./promql";

export interface Wish {
  /** The query, every series of its answer tagged, each tag beginning with the mark. */
  query: (mark: string) => string;
  from: number;
  to: number;
  step: number;
  lookback: number;
  /** Whether the chart is in sight, or nobody knows yet; the others wait until those have their answers. */
  urgent: () => boolean;
  signal: AbortSignal;
}

interface Waiting extends Wish {
  done: (series: Series[]) => void;
  failed: (error: unknown) => void;
}

// Charts in a request, and requests at a time. What is in sight comes in small pieces: the first are drawn while the last are
// asked. Of what nobody sees the last is all that matters.
const IN_SIGHT = { together: 5, running: 4 };
const UNSEEN = { together: 8, running: 2 };

let waiting: Waiting[] = [];
let running = 0;
let planned = false;

/** Answers with the series of the wish; throws what the request throws, and AbortError once its signal is aborted. */
export function wish(one: Wish): Promise<Series[]> {
  return new Promise((done, failed) => {
    const entry = { ...one, done, failed };
    one.signal.addEventListener("abort", () => {
      waiting = waiting.filter((other) => other !== entry);
      failed(one.signal.reason);
    });
    waiting.push(entry);
    plan();
  });
}

/** All charts that come into sight at once say so one after the other, in one task. */
function plan() {
  if (planned) return;
  planned = true;
  queueMicrotask(() => setTimeout(serve, 0));
}

function serve() {
  planned = false;
  while (waiting.length > 0) {
    const first = waiting.find((one) => one.urgent()) ?? waiting[0];
    if (!first) return;
    // What nobody sees yet is asked after all others, and leaves the server and the browser time for them.
    const pace = first.urgent() ? IN_SIGHT : UNSEEN;
    if (running >= pace.running) return;
    const batch = waiting.filter((one) => alike(one, first)).slice(0, pace.together);
    waiting = waiting.filter((one) => !batch.includes(one));
    running += 1;
    answer(batch).finally(() => {
      running -= 1;
      plan();
    });
  }
}

const alike = (a: Wish, b: Wish) =>
  a.urgent() === b.urgent() && a.from === b.from && a.to === b.to && a.step === b.step && a.lookback === b.lookback;

async function answer(batch: Waiting[]): Promise<void> {
  const [first] = batch;
  if (!first) return;
  const { from, to, step, lookback } = first;
  const stop = new AbortController();
  const leave = () => batch.every(({ signal }) => signal.aborted) && stop.abort();
  for (const { signal } of batch) signal.addEventListener("abort", leave);
  const query = batch.map((one, n) => one.query(`${n}.`)).join(" or ");
  try {
    const series = await queryRange(query, from, to, step, lookback, stop.signal);
    batch.forEach((one, n) => {
      one.done(series.filter(({ metric }) => metric[TAG]?.startsWith(`${n}.`)));
    });
  } catch (error) {
    // One that cannot be answered must not take the others with it.
    if (batch.length > 1 && error instanceof ServerError) for (const one of batch) await answer([one]);
    else for (const one of batch) one.failed(error);
  } finally {
    for (const { signal } of batch) signal.removeEventListener("abort", leave);
  }
}
