// Numbers as people read them.

export type Unit =
  | "percent"
  | "bytes"
  | "bytes/s"
  | "count"
  | "count/s"
  | "seconds"
  | "hertz"
  | "celsius"
  | "watts"
  | "rpm"
  | "plain";

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const DECIMAL = ["", "k", "M", "G", "T", "P"];
const SMALL = ["s", "ms", "µs", "ns"];
const NOTHING = "–";

/** Three digits that matter; never an exponent for ordinary sizes. */
export function digits(n: number): string {
  const size = Math.abs(n);
  if (size === 0) return "0";
  if (size >= 1e6 || size < 1e-4) return n.toPrecision(3);
  const places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return String(Number(n.toFixed(places)));
}

function scaled(n: number, base: number, names: string[], separator: string): string {
  let power = 0;
  let rest = n;
  // 999.95 would be written as 1000.
  while (Math.abs(rest) >= base - 0.5 && power < names.length - 1) {
    rest /= base;
    power += 1;
  }
  return `${digits(rest)}${names[power] ? separator : ""}${names[power]}`;
}

export const bytes = (n: number) => scaled(n, 1024, BINARY, " ");
export const count = (n: number) => scaled(n, 1000, DECIMAL, " ");

/** 0.0021 → "2.1 ms"; 93784 → "1 d 2 h" */
export function seconds(n: number): string {
  if (n === 0) return "0 s";
  if (n < 0) return `−${seconds(-n)}`;
  if (n >= 60) return duration(n);
  let power = 0;
  let rest = n;
  while (rest < 1 && power < SMALL.length - 1) {
    rest *= 1000;
    power += 1;
  }
  return `${digits(rest)} ${SMALL[power]}`;
}

const SPANS = { y: 31_536_000, d: 86_400, h: 3600, min: 60, s: 1 };
/** What follows a number of years, days … in the reader's language. */
export type SpanWords = Record<keyof typeof SPANS, string>;
let spanWords: SpanWords = { y: " y", d: " d", h: " h", min: " min", s: " s" };

/** From now on spans are said so. */
export function speak(words: SpanWords) {
  spanWords = words;
}

/** Whole units, the two largest: 93784 → "1 d 2 h" */
export function duration(n: number): string {
  const parts = Object.entries(SPANS) as [keyof SpanWords, number][];
  const first = parts.findIndex(([, size]) => n >= size);
  if (first < 0) return `0${spanWords.s}`;
  let rest = Math.floor(n);
  const words: string[] = [];
  for (const [name, size] of parts.slice(first, first + 2)) {
    const whole = Math.floor(rest / size);
    if (whole > 0) words.push(whole + spanWords[name]);
    rest -= whole * size;
  }
  return words.join(" ");
}

const FORMATS: Record<Unit, (n: number) => string> = {
  percent: (n) => `${Math.abs(n) >= 99.95 ? digits(Math.round(n)) : n.toFixed(1)} %`,
  bytes,
  "bytes/s": (n) => `${bytes(n)}/s`,
  count,
  "count/s": (n) => `${count(n)}/s`,
  seconds,
  hertz: (n) => `${scaled(n, 1000, DECIMAL, " ") + (Math.abs(n) < 1000 ? " " : "")}Hz`,
  celsius: (n) => `${n.toFixed(1)} °C`,
  watts: (n) => `${digits(n)} W`,
  rpm: (n) => `${Math.round(n)} rpm`,
  plain: digits,
};

export function format(n: number | null | undefined, unit: Unit): string {
  if (n === null || n === undefined || Number.isNaN(n)) return NOTHING;
  if (!Number.isFinite(n)) return n > 0 ? "∞" : "−∞";
  return FORMATS[unit](n);
}

/** On an axis places after the point say nothing. */
export const axisText = (n: number, unit: Unit) => (unit === "percent" ? `${digits(n)} %` : format(n, unit));

/** Where an axis for values up to top has its lines: about n round steps; 1, 2 or 5 times a power (of 1024 for bytes). */
export function roundStep(top: number, n: number, unit: Unit): number {
  const rough = top / n;
  let scale = 1;
  if (unit === "bytes" || unit === "bytes/s") while (top >= scale * 1024) scale *= 1024;
  const ten = 10 ** Math.floor(Math.log10(rough / scale));
  const digit = [1, 2, 5, 10].find((d) => d * ten * scale >= rough * (1 - 1e-9)) ?? 10;
  return digit * ten * scale;
}

/** Every digit, for what is compared digit by digit. */
export const whole = (n: number | undefined, lang: string) => (n === undefined ? "–" : n.toLocaleString(lang));
