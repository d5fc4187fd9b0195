// Spans, steps and how times are written. Times are unix seconds.

export const PRESETS = ["5m", "15m", "1h", "4h", "1d", "7d", "30d"];
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };
const POINTS = 600;
export const LEAST_SPAN = 10;
export const MOST_SPAN = 20 * 31_536_000;

/** "1h30m" → 5400; null when it is no duration. */
export function parseSpan(text: string): number | null {
  if (!/^(\d+(\.\d+)?[smhdwy])+$/.test(text)) return null;
  let total = 0;
  for (const [, n, unit] of text.matchAll(/([\d.]+)([smhdwy])/g)) total += Number(n) * (UNITS[unit ?? ""] ?? 0);
  return total > 0 ? total : null;
}

/** 5400 → "1h30m" */
export function spanText(span: number): string {
  let rest = Math.max(1, Math.round(span));
  let text = "";
  for (const unit of ["d", "h", "m", "s"]) {
    const size = UNITS[unit] ?? 1;
    const whole = Math.floor(rest / size);
    if (whole > 0) text += `${whole}${unit}`;
    rest -= whole * size;
  }
  return text;
}

/** The width of a point so that there are at most about POINTS; never finer than samples come. */
export function stepFor(span: number, interval: number): number {
  const least = Math.max(span / POINTS, interval);
  return STEPS.find((step) => step >= least - 1e-9) ?? Math.ceil(least / 86_400) * 86_400;
}

export interface Frame {
  from: number;
  to: number;
}

/** Keeps a frame between the shortest and the longest, around its middle. */
export function bounded({ from, to }: Frame): Frame {
  const span = Math.min(MOST_SPAN, Math.max(LEAST_SPAN, to - from));
  const middle = (from + to) / 2;
  return { from: middle - span / 2, to: middle + span / 2 };
}

/** Zooms by a factor about a moment that stays where it is. */
export function zoomed(frame: Frame, about: number, factor: number): Frame {
  return bounded({ from: about - (about - frame.from) * factor, to: about + (frame.to - about) * factor });
}

export interface Zone {
  /** "local", "UTC" or an IANA name */
  name: string;
  lang: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatter({ name, lang }: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name}|${lang}|${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    const timeZone = name === "local" ? undefined : name;
    made = new Intl.DateTimeFormat(lang, { hourCycle: "h23", ...(timeZone && { timeZone }), ...options });
    formats.set(key, made);
  }
  return made;
}

/** A browser refuses names of zones that it does not know. */
export function isZone(name: string): boolean {
  if (name === "local") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const dateTime = (t: number, zone: Zone) =>
  formatter(zone, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(t * 1000);

export const clockTime = (t: number, zone: Zone) =>
  formatter(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(t * 1000);

/** The text below a tick of the time axis, as fine as the distance between ticks asks. */
export function tickText(t: number, distance: number, zone: Zone): string {
  if (distance >= 86_400) return formatter(zone, { month: "short", day: "numeric" }).format(t * 1000);
  const time = formatter(zone, {
    hour: "2-digit",
    minute: "2-digit",
    ...(distance < 60 && { second: "2-digit" }),
  }).format(t * 1000);
  const midnight = time === "00:00" || time === "00:00:00";
  return midnight ? formatter(zone, { month: "short", day: "numeric" }).format(t * 1000) : time;
}

/** Seconds that the zone is ahead of UTC at a time. */
export function zoneOffset(t: number, name: string): number {
  if (name === "local") return -new Date(t * 1000).getTimezoneOffset() * 60;
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(t * 1000);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) / 1000;
  return wall - Math.floor(t);
}

/** For an input of type datetime-local, in the zone. */
export function inputText(t: number, name: string): string {
  return new Date((t + zoneOffset(t, name)) * 1000).toISOString().slice(0, 19);
}

export function fromInput(text: string, name: string): number | null {
  const wall = Date.parse(`${text}Z`) / 1000;
  if (Number.isNaN(wall)) return null;
  // The offset at the guess may be another than at the moment itself, on the day when clocks change.
  const guess = wall - zoneOffset(wall, name);
  return wall - zoneOffset(guess, name);
}
