// Wheel and touch on a chart. A plain wheel scrolls the page, as everywhere; with Ctrl (a pinch on a touch pad says
// Ctrl, too) it zooms, sideways it pans. One finger sideways pans, two zoom.
import type uPlot from "uplot";
import { type Frame, zoomed } from "../lib/time";

const WHEEL_ZOOM = 1.002;

export function attachGestures(u: uPlot, onFrame: (frame: Frame) => void) {
  const { over } = u;
  const frame = (): Frame => ({ from: u.scales.x?.min ?? 0, to: u.scales.x?.max ?? 1 });
  const width = () => over.clientWidth || 1;
  over.style.touchAction = "pan-y";

  over.addEventListener(
    "wheel",
    (event) => {
      const { from, to } = frame();
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const about = from + ((to - from) * (event.clientX - over.getBoundingClientRect().left)) / width();
        onFrame(zoomed({ from, to }, about, WHEEL_ZOOM ** event.deltaY));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        const by = ((to - from) * event.deltaX) / width();
        onFrame({ from: from + by, to: to + by });
      }
    },
    { passive: false },
  );

  // Where each finger began and is, and the frame when the last finger came or went.
  const fingers = new Map<number, { start: number; x: number }>();
  let base = frame();
  const rebase = () => {
    base = frame();
    for (const finger of fingers.values()) finger.start = finger.x;
  };
  over.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, { start: event.clientX, x: event.clientX });
    rebase();
  });
  over.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    finger.x = event.clientX;
    const next = moved(base, [...fingers.values()], over.getBoundingClientRect().left, width());
    if (next) onFrame(next);
  });
  for (const type of ["pointerup", "pointercancel"] as const) {
    over.addEventListener(type, (event) => {
      if (fingers.delete(event.pointerId)) rebase();
    });
  }
}

/** The buttons and fingers that are down on an element. */
export class Holds {
  private readonly down = new Set<number>();
  private readonly off = new AbortController();

  constructor(root: HTMLElement, released: () => void) {
    const { signal } = this.off;
    root.addEventListener("pointerdown", (event) => this.down.add(event.pointerId), { signal });
    for (const type of ["pointerup", "pointercancel"] as const) {
      // After all who listen to the end of a drag have had it.
      const up = (event: PointerEvent) => this.down.delete(event.pointerId) && setTimeout(() => this.any || released());
      window.addEventListener(type, up, { signal });
    }
  }

  get any() {
    return this.down.size > 0;
  }

  stop() {
    this.down.clear();
    this.off.abort();
  }
}

const SLACK_PX = 6; // a tap is no pan

/** The frame that keeps what was below each finger below it. */
export function moved(base: Frame, fingers: { start: number; x: number }[], left: number, width: number): Frame | null {
  const [a, b] = fingers;
  const span = base.to - base.from;
  if (!a) return null;
  if (!b) {
    const by = ((a.start - a.x) / width) * span;
    return Math.abs(a.start - a.x) < SLACK_PX ? null : { from: base.from + by, to: base.to + by };
  }
  const before = Math.abs(a.start - b.start);
  const now = Math.abs(a.x - b.x);
  if (before < 1 || now < 1) return null;
  const about = base.from + (((a.start + b.start) / 2 - left) / width) * span;
  return zoomed(base, about, before / now);
}
