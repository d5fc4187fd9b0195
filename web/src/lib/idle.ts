// Work that can wait, done when the browser has nothing better to do; several pieces at a time, because each turn of styling,
// layout and painting that follows costs more than most of them.

const TURN_MS = 24;
const PATIENCE_MS = 200;
const waiting: (() => void)[] = [];
let planned = false;

export function whenIdle(work: () => void) {
  waiting.push(work);
  plan();
}

function plan() {
  if (planned || waiting.length === 0) return;
  planned = true;
  if ("requestIdleCallback" in window) requestIdleCallback(turn, { timeout: PATIENCE_MS });
  else setTimeout(turn, 50);
}

function turn() {
  planned = false;
  const end = performance.now() + TURN_MS;
  while (waiting.length > 0 && performance.now() < end) waiting.shift()?.();
  plan();
}
