// How Oreum answers this page: whether something is waited for too long, and what was said instead of an answer. It is
// known in one place, so that no page forgets to show it.

export interface Answers {
  slow: boolean;
  /** What the server said against what a page asked by itself; "" when nothing. */
  says: string;
}

const SLOW_MS = 4000;
const failures = new Map<object, string>();
const listeners = new Set<(answers: Answers) => void>();
let late = 0; // requests that have been waited for longer than that
let current: Answers = { slow: false, says: "" };

export const currentAnswers = () => current;

export function onAnswers(listener: (answers: Answers) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(slow: boolean) {
  const [says = ""] = failures.values();
  if (slow === current.slow && says === current.says) return;
  current = { slow, says };
  for (const listener of listeners) listener(current);
}

/** Slow from the first answer that is late until one comes in time while none is late. */
export async function timed<T>(answer: Promise<T>): Promise<T> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    late += 1;
    tell(true);
  }, SLOW_MS);
  try {
    const value = await answer;
    if (!isLate && late === 0) tell(false);
    return value;
  } finally {
    clearTimeout(timer);
    if (isLate) late -= 1;
  }
}

export function failed(who: object, message: string) {
  failures.set(who, message);
  tell(current.slow);
}

export function answered(who: object) {
  if (failures.delete(who)) tell(current.slow);
}
