// Spans, steps and how times are written. Times are unix seconds.

export const PRESETS = ["5m", "15m", "1h", "4h", "1d", "7d", "30d"];
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };
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

/** The seconds of a point so that there are at most so many; never finer than samples come. */
export function stepFor(span: number, interval: number, points: number): number {
  const least = Math.max(span / points, interval);
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

/** A moment of a span: its day is said where the span has several. */
export const momentText = (t: number, span: number, zone: Zone) =>
  span < 43_200
    ? clockTime(t, zone)
    : formatter(zone, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(t * 1000);

export const clockTime = (t: number, zone: Zone) =>
  formatter(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(t * 1000);

const TICKS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
  1_209_600, 2_592_000, 7_776_000, 15_552_000, 31_536_000,
];

/** Where the time axis has its lines: at most so many, at round times of the zone. */
export function timeTicks({ from, to }: Frame, most: number, zone: string): number[] {
  const least = (to - from) / Math.max(1, most);
  const distance = TICKS.find((one) => one >= least) ?? Math.ceil(least / 31_536_000) * 31_536_000;
  const ahead = distance > 60 ? zoneOffset(from, zone) : 0;
  const ticks: number[] = [];
  for (let t = Math.ceil((from + ahead) / distance) * distance; t - ahead <= to; t += distance) ticks.push(t - ahead);
  return ticks;
}

const YEARLY = 7_776_000;

/** The text below a tick of the time axis, as fine as the distance between ticks asks. */
export function tickText(t: number, distance: number, zone: Zone): string {
  const date: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
  if (distance >= YEARLY) date.year = "numeric";
  if (distance >= 86_400) return formatter(zone, date).format(t * 1000);
  const time = formatter(zone, {
    hour: "2-digit",
    minute: "2-digit",
    ...(distance < 60 && { second: "2-digit" }),
  }).format(t * 1000);
  const midnight = time === "00:00" || time === "00:00:00";
  return midnight ? formatter(zone, date).format(t * 1000) : time;
}

const QUARTER = 900; // zones change at whole quarters of an hour
const offsets = new Map<string, number>();

/** Seconds that the zone is ahead of UTC at a time. */
export function zoneOffset(t: number, name: string): number {
  const quarter = Math.floor(t / QUARTER);
  const key = `${name} ${quarter}`;
  let known = offsets.get(key);
  if (known === undefined) {
    if (offsets.size > 1000) offsets.clear();
    known = name === "local" ? -new Date(t * 1000).getTimezoneOffset() * 60 : offsetOf(quarter * QUARTER, name);
    offsets.set(key, known);
  }
  return known;
}

function offsetOf(t: number, name: string): number {
  const fields = ["year", "month", "day", "hour", "minute", "second"] as const;
  const options = Object.fromEntries(fields.map((field) => [field, "numeric"]));
  const parts = formatter({ name, lang: "en-US" }, options).formatToParts(t * 1000);
  const [year, month, day, hour, minute, second] = fields.map((field) =>
    Number(parts.find(({ type }) => type === field)?.value),
  ) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - t;
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
