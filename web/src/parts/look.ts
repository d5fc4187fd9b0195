// What style.css says of colours and letters, for a canvas, which knows nothing of it.

const SCHEME = matchMedia("(prefers-color-scheme: dark)");
export const LINES = 8;
export const HEAT_STEPS = 6;
const names = (kind: string, n: number, first: number) => Array.from({ length: n }, (_, i) => `--${kind}-${i + first}`);
const NAMES = ["--soft", "--rule", "--accent", ...names("line", LINES, 1), ...names("heat", HEAT_STEPS, 0)];
const known = new Map<string, Map<string, string>>();

/** As `rgb(…)`: a custom property says what was written, only the colour of an element what came of it. */
function read(): Map<string, string> {
  const probe = document.createElement("i");
  document.documentElement.append(probe);
  const style = getComputedStyle(probe);
  const font: [string, string] = ["--font", style.getPropertyValue("--font").trim()];
  const found = NAMES.map((name): [string, string] => {
    probe.style.color = `var(${name})`;
    return [name, style.color];
  });
  probe.remove();
  return new Map([font, ...found]);
}

/** A colour, or the font, by its name. Asking for a style makes the browser work out all of them, so it is asked once for each scheme. */
export function look(name: string): string {
  const key = `${document.documentElement.dataset.theme}${SCHEME.matches}`;
  let all = known.get(key);
  if (!all) {
    all = read();
    known.set(key, all);
  }
  return all.get(name) ?? "";
}

/** `rgb(1, 2, 3)` as `rgba(1, 2, 3, share)`. */
export const sheer = (rgb: string, share: number) => rgb.replace("rgb(", "rgba(").replace(")", `, ${share})`);

export const lineColour = (n: number) => look(`--line-${(n % LINES) + 1}`);
/** The same for an element. */
export const lineVar = (n: number) => `var(--line-${(n % LINES) + 1})`;
export const heatVars = names("heat", HEAT_STEPS, 0).map((name) => `var(${name})`);

let size = 0;
addEventListener("resize", () => {
  size = 0;
});

/** How large letters are, 1 on a desk: they grow with the screen, and drawings with them. */
export function scale(): number {
  size ||= Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  return size;
}

const POINTS_A_PIXEL = 1.4; // more cannot be seen: what is narrower than a point is in its band
const LEAST_POINTS = 120;
const MOST_POINTS = 1200;
const AXES_PX = 80;
const LIKELY_PX = 380;
let usual = 0; // the width of the last chart whose own was known

/** What a chart's width is likely to be: they stand in columns of the same width. Asks the first one for it. */
export function usualWidth(chart: HTMLElement): number {
  usual ||= chart.clientWidth;
  return usual;
}

/** How many points a chart of this width has room for; without one, as many as the last. */
export function pointsIn(width = usual || LIKELY_PX): number {
  usual = width;
  return Math.round(Math.min(MOST_POINTS, Math.max(LEAST_POINTS, (width - AXES_PX) * POINTS_A_PIXEL)));
}

export function onScheme(listener: () => void): () => void {
  SCHEME.addEventListener("change", listener);
  return () => SCHEME.removeEventListener("change", listener);
}
